# Warnings, sanitizers and the one-line way to add a library, a program or a unit test.

# Assertions state our own bugs and stay on in release builds.
foreach(type IN ITEMS RELEASE RELWITHDEBINFO MINSIZEREL)
    string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${type} "${CMAKE_C_FLAGS_${type}}")
endforeach()

add_library(tonghop_options INTERFACE)
target_compile_definitions(tonghop_options INTERFACE _GNU_SOURCE TONGHOP_VERSION="${PROJECT_VERSION}")
target_compile_options(tonghop_options INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -fstack-protector-strong
    # Code of a shared library is then what it is in a program: nobody outside may replace its parts.
    -fvisibility=hidden)
target_include_directories(tonghop_options INTERFACE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/daemon)
if(TONGHOP_WERROR)
    target_compile_options(tonghop_options INTERFACE -Werror)
endif()
if(TONGHOP_SANITIZE)
    target_compile_options(tonghop_options INTERFACE
        -fsanitize=${TONGHOP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(tonghop_options INTERFACE -fsanitize=${TONGHOP_SANITIZE})
else()
    target_compile_definitions(tonghop_options INTERFACE
        $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
    target_link_options(tonghop_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(TONGHOP_FUZZ)
    # What libFuzzer steers by goes into everything; its main only into the targets of tests/fuzz.
    # Tracing comparisons costs a node half of its runs; where constants matter there are dictionaries,
    # seeds and mutators that know them.
    target_compile_options(tonghop_options INTERFACE
        -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()

# tonghop_library(NAME LINKS...): every .c file of the current folder is one static library.
function(tonghop_library name)
    file(GLOB sources CONFIGURE_DEPENDS *.c)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC tonghop_options ${ARGN})
endfunction()

# tonghop_unit_tests(FOLDER LINKS...): every FOLDER/test_*.c is one cmocka program.
function(tonghop_unit_tests folder)
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/test_*.c)
    foreach(source ${sources})
        get_filename_component(name ${source} NAME_WE)
        add_executable(${name} ${source})
        target_link_libraries(${name} PRIVATE ${ARGN} tests_lib PkgConfig::CMOCKA)
        add_test(NAME unit/${folder}/${name} COMMAND ${name}
                 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
        set_tests_properties(unit/${folder}/${name} PROPERTIES TIMEOUT 120 LABELS unit)
    endforeach()
endfunction()
