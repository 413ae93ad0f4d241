"""A node that ends while somebody connects cuts the handshake off, as one with another key does: a client tries
once more before it speaks of keys."""

from harness import Tree
from relay import Relay
from scene import client, expect, expect_in, plant

WRONG_KEY = "the server's key is not the configured one"


def main() -> None:
    with Tree() as tree:
        province = plant(tree)
        relay = Relay(tree.ports.take(), int(province.endpoint.rpartition(":")[2]))
        officer = client(tree, "officer", province.unit, province)
        text = officer.config.read_text()
        officer.config.write_text(text.replace(province.endpoint, relay.endpoint))
        officer.tonghop("totals", "--period", "2024")

        relay.cuts = 1
        officer.tonghop("totals", "--period", "2024")
        expect("handshakes still to be cut off", relay.cuts, 0)

        relay.cuts = 2
        expect_in("after two in a row", officer.tonghop("totals", "--period", "2024", expect=1).err, WRONG_KEY)
        expect("handshakes still to be cut off", relay.cuts, 0)
        relay.close()


if __name__ == "__main__":
    main()
