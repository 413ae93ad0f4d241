"""A slow line between a node and the one above: what stands in its queue for longer than a lost message
is waited for is not sent again, and all of it arrives."""

import time

from harness import Tree
from peer import Keys, Peer, digest, pb
from relay import Relay
from scene import expect, plant, settle, status, verify

DISTRICT, COMMUNES = 631, [23860, 23863, 23866, 23869, 23872, 23875, 23878, 23881]
YEARS = (2022, 2023, 2024)
NOTES, NOTE_SIZE = 20, 1900  # of a report
LINE_BYTES_PER_S = 40_000
LOST_S = 15  # SESSION_RESEND_MS


def filing(unit: int, year: int) -> bytes:
    """Of notes, which take room."""
    notes = [pb.Note(text=f"{unit} {year} {at} ".ljust(NOTE_SIZE, "x")) for at in range(NOTES)]
    part = pb.Notes(notes=notes).SerializeToString()
    ref = pb.PartRef(type=pb.PART_TYPE_NOTES, size=len(part), digest=digest(part))
    head = pb.ReportHeader(key=pb.Key(kind=1, year=year, label=3, unit=unit, form=1), scope=pb.SCOPE_OWN, catalogue=1,
                           author="Lan", parts=[ref])
    return pb.Filing(header=head.SerializeToString(), parts=[part]).SerializeToString()


def main() -> None:
    with Tree() as tree:
        province = plant(tree)
        relay = Relay(tree.ports.take(), int(province.endpoint.rpartition(":")[2]))
        district = tree.init("duc-co", DISTRICT, province)
        district.config.write_text(district.config.read_text().replace(province.endpoint, relay.endpoint))
        district.enrol()
        district.start()
        settle(district)

        relay.bytes_per_s = LINE_BYTES_PER_S
        filings = [filing(unit, year) for year in YEARS for unit in COMMUNES]
        keys = Keys.generate()
        district.tonghop("enrol", str(DISTRICT), keys.public, "--role", "reporter")
        begin = time.monotonic()
        with Peer(district.endpoint, district.public_key, keys) as peer:
            peer.hello()
            peer.file_all(filings)
        settle(district)
        passed_s = time.monotonic() - begin
        expect(f"the queue ({passed_s:.0f} s) was longer than a lost message is waited for", passed_s > LOST_S, True)
        expect("reports at the province", status(province)["reports"], str(len(filings)))
        verify(district, province)
        district.stop()
        province.stop()
        up, _ = relay.traffic()
        size = sum(map(len, filings))
        expect(f"{up.size:,} bytes went up, for {size:,}", up.size < size * 1.2, True)
        relay.close()


if __name__ == "__main__":
    main()
