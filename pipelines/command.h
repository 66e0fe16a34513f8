/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program's commands share. */
#ifndef EFFNET_COMMAND_H
#define EFFNET_COMMAND_H

#include <effnet/effnet.h>

/* The exit code for failures that are in the output. */
#define EFFNET_COMMAND_FAILURES 2

typedef struct _EffNetCommand EffNetCommand;
struct _EffNetCommand {
    const char *name;
    const char *usage; /* what follows the name */
    const char *summary;
    /* ARGV[0] is the program's name followed by the command's. FALSE without an error: it ran to
     * its end, and its output says which inputs failed. */
    gboolean (*run)(const EffNetCommand *command, int argc, char **argv, GError **error);
    const char
        *program; /* the program that has the command, without "effnet-"; NULL: effnet-NAME */
};

gboolean effnet_command_arch(const EffNetCommand *command, int argc, char **argv, GError **error);
gboolean effnet_command_bench(const EffNetCommand *command, int argc, char **argv, GError **error);
gboolean effnet_command_classify(const EffNetCommand *command, int argc, char **argv,
                                 GError **error);
gboolean effnet_command_info(const EffNetCommand *command, int argc, char **argv, GError **error);
gboolean effnet_command_quantize(const EffNetCommand *command, int argc, char **argv,
                                 GError **error);
gboolean effnet_command_run(const EffNetCommand *command, int argc, char **argv, GError **error);

/* main() for COMMAND: runs it, and prints what went wrong. Returns the exit code. */
int effnet_command_main(const EffNetCommand *command, int argc, char **argv);

/* Removes ENTRIES and every command's options from ARGV, and obeys the latter. MIN to MAX other
 * arguments must remain, in ARGV from index 1 on. */
gboolean effnet_command_parse(const EffNetCommand *command, const GOptionEntry *entries, int *argc,
                              char ***argv, int min, int max, GError **error);

/* Prints ERROR on one line, after the command's name. */
void effnet_command_print_error(const GError *error);

/* Prints SENTENCE as a warning. */
void effnet_command_warn(const char *sentence);
/* Warns if the labels that a model names are not used. */
void effnet_command_warn_of_labels(const EffNetModelInfo *info);

/* Sets ERROR to SENTENCE, about options; returns FALSE. */
gboolean effnet_command_refuse(GError **error, const char *sentence);

/* Fails, naming OPTION and the range, unless MIN <= VALUE <= MAX. */
gboolean effnet_command_check(const char *option, double value, double min, double max,
                              GError **error);

/* How many threads are used if THREADS are asked for; 0: all. */
guint effnet_command_threads(guint threads);

/* Opens the model NAME, as gst_efficientnet_modelfile_get() takes it, and warns of its labels.
 * Texts are those of the options of the same names; NULL: not given. */
EffNetModel *effnet_command_open_model(const char *name, const char *model_options,
                                       EffNetPrecision precision, gboolean cache, GError **error);

/* An option entry that sets TEXT, a char *. */
#define EFFNET_COMMAND_MODEL_OPTIONS(text)                                                         \
    {                                                                                              \
        "model-options", 0, 0, G_OPTION_ARG_STRING, &(text),                                       \
            "What the checkpoint does not say or says wrongly, e.g. padding=same,resolution=240",  \
            "NAME=VALUE,..."                                                                       \
    }
/* The same; DEFAULT is a precision's name. */
#define EFFNET_COMMAND_PRECISION(text, default)                                                    \
    {                                                                                              \
        "precision", 'p', 0, G_OPTION_ARG_STRING, &(text),                                         \
            "In which numbers to compute (default: " default ")", "PRECISION"                      \
    }

#endif
