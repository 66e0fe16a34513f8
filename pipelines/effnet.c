/* SPDX-License-Identifier: BSD-2-Clause */
/* The program: each command is a file in commands/ and a row here. Those that need libraries other
 * than GStreamer's are programs of their own. */
#include "external.h"
#include "printable.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static const EffNetCommand commands[] = {
    {"classify", "FILE-or-URI...",
     "Prints the classes of pictures, of videos and of folders of them", effnet_command_classify},
    {"fetch", "NAME...", "Brings trained networks to where their names find them",
     effnet_command_external},
    {"watch", "SOURCE...", "Labels cameras, addresses and files, many at once",
     effnet_command_external},
    {"run", "", "Runs a model on tensors: .npy in, .npy out", effnet_command_run},
    {"bench", "", "Measures how long an inference takes, as a whole or op by op",
     effnet_command_bench},
    {"arch", "[NAME]", "Prints what a network costs: parameters, multiply-adds, memory",
     effnet_command_arch},
    {"scale", "", "Walks compound scaling on this machine: costs, latency, what a budget carries",
     effnet_command_external},
    {"convert", "IN", "Makes a checkpoint of a Keras, ONNX or TFLite file",
     effnet_command_external},
    {"info", "MODEL", "Prints what is in a checkpoint, and how it was understood",
     effnet_command_info},
#ifdef EFFNET_HAVE_LEARN
    {"learn", "DIR", "Makes a model of your own classes, of folders of pictures",
     effnet_command_external},
    {"eval", "DIR", "Evaluates models on pictures whose classes are known", effnet_command_external,
     "learn"},
    {"explain", "PICTURE", "Shows where in a picture a class is seen", effnet_command_external,
     "learn"},
#endif
    {"quantize", "", "Makes a model of 8-bit weights, shown the pictures of a folder",
     effnet_command_quantize},
};

static void
print_help(void)
{
    printf("Usage:\n  effnet COMMAND [OPTION...]\n\nClassifies pictures with the EfficientNet "
           "family of networks, on the CPU.\n\nCommands:\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    printf("\nOptions:\n  --help     Prints this, or a command's options behind its name\n"
           "  --version  Prints the version\n");
}

static const EffNetCommand *
find_command(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (g_str_equal(commands[i].name, name))
            return &commands[i];
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    const EffNetCommand *command;

    /* Numbers are printed the same everywhere. */
    setlocale(LC_CTYPE, "");
    if (argc < 2) {
        fprintf(stderr, "effnet: a command is missing (\"effnet --help\" lists them)\n");
        return EXIT_FAILURE;
    }
    if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h")) {
        print_help();
        return EXIT_SUCCESS;
    }
    if (g_str_equal(argv[1], "--version")) {
        printf("effnet %s\n", EFFNET_VERSION);
        return EXIT_SUCCESS;
    }
    command = find_command(argv[1]);
    if (command == NULL) {
        effnet_print(stderr, "effnet: there is no command \"%s\" (\"effnet --help\" lists them)",
                     argv[1]);
        return EXIT_FAILURE;
    }
    return effnet_command_main(command, argc - 1, argv + 1);
}
