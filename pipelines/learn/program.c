/* SPDX-License-Identifier: BSD-2-Clause */
/* The program of `effnet learn` and `effnet eval`; effnet calls it by the command's name. */
#include "commands.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const EffNetCommand commands[] = {
    {"learn", "DIR",
     "Makes a model of your own classes: DIR has a folder of pictures and videos for each",
     effnet_command_learn},
    {"eval", "DIR",
     "Evaluates models on pictures whose classes are known: DIR has a folder of them for each\n"
     "class, named by the model's label or its number",
     effnet_command_eval},
    {"explain", "PICTURE",
     "Shows where in a picture a class is seen: a class activation map over the picture",
     effnet_command_explain},
};

int
main(int argc, char **argv)
{
    const char *space = argc > 0 ? strrchr(argv[0], ' ') : NULL;

    setlocale(LC_CTYPE, "");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        if (space && g_str_equal(commands[i].name, space + 1))
            return effnet_command_main(&commands[i], argc, argv);
    fprintf(stderr, "effnet-learn: it is started by effnet, as \"effnet learn\" for example\n");
    return EXIT_FAILURE;
}
