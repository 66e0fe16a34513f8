/* SPDX-License-Identifier: BSD-2-Clause */
#include "../watch/watch.h"
#include "../command.h"
#include "../log.h"
#include "../media.h"

#include <locale.h>
#include <signal.h>

typedef struct {
    char **sources, *file;
    char **texts;    /* of the options with an argument, by key */
    gboolean *flags; /* of the others, by key */
} Options;

static void
options_clear(Options *options)
{
    for (guint i = 0; i < effnet_watch_n_keys; i++)
        g_free(options->texts[i]);
    g_free(options->texts);
    g_free(options->flags);
    g_free(options->file);
    g_strfreev(options->sources);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* One option per key. */
static GOptionEntry *
new_entries(Options *options)
{
    const GOptionEntry more[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->file,
         "Read streams and settings from a file; these options override it", "FILE"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->sources, NULL, NULL},
    };
    GOptionEntry *entries = g_new0(GOptionEntry, effnet_watch_n_keys + G_N_ELEMENTS(more) + 1);

    for (guint i = 0; i < effnet_watch_n_keys; i++) {
        const EffNetWatchKey *key = &effnet_watch_keys[i];

        entries[i] = (GOptionEntry){
            .long_name = key->name,
            .short_name = key->letter,
            .arg = key->argument ? G_OPTION_ARG_FILENAME : G_OPTION_ARG_NONE,
            .arg_data = key->argument ? (gpointer)&options->texts[i] : &options->flags[i],
            .description = key->help,
            .arg_description = key->argument,
        };
    }
    for (guint i = 0; i < G_N_ELEMENTS(more); i++)
        entries[effnet_watch_n_keys + i] = more[i];
    return entries;
}

/* From here on, mistakes in the options are told in this form as well. */
static gboolean
set_log_format(const EffNetWatchConfig *config, GError **error)
{
    const char *format = effnet_watch_config_get(config, NULL, "log");

    if (format == NULL || effnet_log_set_format(format))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "log must be text, logfmt or json, not \"%s\"", format);
    return FALSE;
}

static EffNetWatchConfig *
new_config(const Options *options, GError **error)
{
    g_autoptr(EffNetWatchConfig) config = effnet_watch_config_new();

    for (guint i = 0; i < effnet_watch_n_keys; i++) {
        const char *text = options->flags[i] ? "true" : options->texts[i];

        if (text)
            g_hash_table_replace(config->command_line, g_strdup(effnet_watch_keys[i].name),
                                 g_strdup(text));
    }
    if (!set_log_format(config, error) ||
        (options->file && !effnet_watch_config_load(config, options->file, error)) ||
        !set_log_format(config, error))
        return NULL;
    for (char **source = options->sources; source && *source; source++) {
        if (!effnet_watch_config_add(config, *source, error))
            return NULL;
    }
    return g_steal_pointer(&config);
}

static gboolean
run_watch(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {
        .texts = g_new0(char *, effnet_watch_n_keys),
        .flags = g_new0(gboolean, effnet_watch_n_keys),
    };
    g_autofree GOptionEntry *entries = new_entries(&options);
    g_autoptr(EffNetWatchConfig) config = NULL;
    g_autoptr(EffNetWatchProgram) program = NULL;

    if (!effnet_command_parse(command, entries, &argc, &argv, 0, 0, error))
        return FALSE;
    config = new_config(&options, error);
    if (config == NULL || !gst_init_check(NULL, NULL, error))
        return FALSE;
    effnet_media_register_elements();
    program = effnet_watch_program_new(config, error);
    return program != NULL && effnet_watch_run(program, error);
}

int
main(int argc, char **argv)
{
    static const EffNetCommand command = {
        "watch", "[NAME=]SOURCE...",
        "Labels cameras, RTSP, SRT and HTTP addresses and files, many at once: a SOURCE is\n"
        "/dev/videoN, libcamera:, a URI, a file, - for the standard input, videotest: for\n"
        "trying out, or stream:NAME, whose frames are the stream NAME's",
        run_watch};

    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    return effnet_command_main(&command, argc, argv);
}
