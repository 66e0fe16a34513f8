/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"
#include "modeloptions.h"

#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "modelfile.h"

static gboolean
cap_isa(const char *isa, GError **error)
{
    return isa == NULL || effnet_cpu_cap(isa, error);
}

static gboolean
check_arguments(int argc, char **argv, int min, int max, GError **error)
{
    if (argc - 1 < min) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "an argument is missing (\"%s --help\" says which)", argv[0]);
        return FALSE;
    }
    if (argc - 1 > max) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "unexpected argument \"%s\"",
                    argv[max + 1]);
        return FALSE;
    }
    return TRUE;
}

static gboolean
has_argument(const GOptionEntry *entries, const char *name)
{
    for (; entries->long_name; entries++)
        if (g_strcmp0(entries->arg_description, name) == 0)
            return TRUE;
    return FALSE;
}

gboolean
effnet_command_parse(const EffNetCommand *command, const GOptionEntry *entries, int *argc,
                     char ***argv, int min, int max, GError **error)
{
    g_autofree char *isa = NULL;
    const GOptionEntry common[] = {
        {"isa", 0, 0, G_OPTION_ARG_STRING, &isa,
         "Use no instruction set above ISA (also: the environment's EFFNET_ISA)", "ISA"},
        {NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(command->usage);
    g_autofree char *sets = g_strjoinv(", ", (char **)effnet_cpu_list());
    g_autofree char *about = g_strdup_printf("%s.", command->summary);
    g_autoptr(GString) description = g_string_new(NULL);

    g_option_context_set_summary(context, about);
    g_string_printf(description, "ISA is one of %s.", sets);
    if (has_argument(entries, "PRECISION"))
        g_string_append_printf(description, "\nPRECISION is one of %s.", effnet_precision_list());
    g_option_context_set_description(context, description->str);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, common, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    /* GOption leaves the "--" of "-- FILE". */
    if (*argc > 1 && g_str_equal((*argv)[1], "--")) {
        (*argv)[1] = (*argv)[0];
        (*argv)++;
        (*argc)--;
    }
    return cap_isa(isa, error) && check_arguments(*argc, *argv, min, max, error);
}

void
effnet_command_print_error(const GError *error)
{
    effnet_log(EFFNET_LOG_ERROR, NULL, error->message);
}

void
effnet_command_warn(const char *sentence)
{
    g_autofree char *text = g_strconcat(effnet_log_is_text() ? "warning: " : "", sentence, NULL);

    effnet_log(EFFNET_LOG_WARNING, NULL, text);
}

void
effnet_command_warn_of_labels(const EffNetModelInfo *info)
{
    if (info->labels_warning)
        effnet_command_warn(info->labels_warning);
}

/* Output that did not arrive, because the disk is full for example, is a failure as well. */
static gboolean
flush_output(GError **error)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "the standard output cannot be written");
    return FALSE;
}

int
effnet_command_main(const EffNetCommand *command, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf("effnet %s", command->name);

    g_set_prgname(name);
    argv[0] = name;
    if (command->run(command, argc, argv, &error) && flush_output(&error))
        return EXIT_SUCCESS;
    if (error == NULL && flush_output(&error))
        return EFFNET_COMMAND_FAILURES;
    effnet_command_print_error(error);
    return EXIT_FAILURE;
}

gboolean
effnet_command_refuse(GError **error, const char *sentence)
{
    g_set_error_literal(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, sentence);
    return FALSE;
}

gboolean
effnet_command_check(const char *option, double value, double min, double max, GError **error)
{
    if (value >= min && value <= max)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s must be between %.10g and %.10g, not %.10g", option, min, max, value);
    return FALSE;
}

guint
effnet_command_threads(guint threads)
{
    guint all = effnet_cpu_get_threads();

    return threads > 0 ? MIN(threads, all) : all;
}

EffNetModel *
effnet_command_open_model(const char *name, const char *model_options, EffNetPrecision precision,
                          gboolean cache, GError **error)
{
    EffNetModelOptions options = {
        .precision = precision,
        .cache = cache ? effnet_model_get_cache_folder() : NULL,
    };
    g_autofree char *path = NULL, *arch = NULL;
    EffNetModel *model;

    if (!effnet_model_options_parse(model_options, &options, &arch, error))
        return NULL;
    path = gst_efficientnet_modelfile_get(name, options.arch, error);
    model = path ? effnet_model_open(path, &options, error) : NULL;
    if (model)
        effnet_command_warn_of_labels(effnet_model_get_info(model));
    return model;
}
