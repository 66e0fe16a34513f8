/* SPDX-License-Identifier: BSD-2-Clause */
#include "../command.h"
#include "../printable.h"
#include "../latency.h"
#include "../modeloptions.h"

#include <stdio.h>

#define MIN_RUNS 5
#define SEED     1

typedef struct {
    char *model, *arch, *model_options, *precision;
    int threads, batch, runs;
    double seconds;
    gboolean raw, profile, cache;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->model);
    g_free(options->arch);
    g_free(options->model_options);
    g_free(options->precision);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static EffNetModel *
open_model(const Options *options, GError **error)
{
    EffNetModelOptions model_options = {.precision = EFFNET_PRECISION_FP32};
    g_autoptr(EffNetArch) arch = NULL;
    g_autofree char *name = NULL;

    if ((options->model != NULL) == (options->arch != NULL)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "give either --model or --arch");
        return NULL;
    }
    if (options->precision &&
        !effnet_precision_parse(options->precision, &model_options.precision, error))
        return NULL;
    if (options->model != NULL)
        return effnet_command_open_model(options->model, options->model_options,
                                         model_options.precision, options->cache, error);
    if (!effnet_model_options_parse(options->model_options, &model_options, &name, error))
        return NULL;
    arch = effnet_arch_new(options->arch, error);
    return arch ? effnet_model_new_random(arch, SEED, 0, &model_options, error) : NULL;
}

static void
print_head(EffNetSession *session, const Options *options)
{
    const EffNetModelInfo *info = effnet_model_get_info(effnet_session_get_model(session));
    guint threads = effnet_command_threads((guint)options->threads);

    effnet_print(stdout, "%s, %s, kernels %s, %u thread%s, batch %d", info->name,
                 effnet_precision_get_name(info->precision), effnet_cpu_get(), threads,
                 threads == 1 ? "" : "s", options->batch);
}

static void
print_latency(GArray *times, guint batch)
{
    double sum = 0;

    for (guint i = 0; i < times->len; i++)
        sum += g_array_index(times, double, i);
    effnet_latency_sort(times);
    effnet_print(stdout, "latency     min %.3f  p50 %.3f  p90 %.3f  p99 %.3f  max %.3f ms",
                 effnet_latency_percentile(times, 0), effnet_latency_percentile(times, 50),
                 effnet_latency_percentile(times, 90), effnet_latency_percentile(times, 99),
                 effnet_latency_percentile(times, 100));
    effnet_print(stdout, "inferences  %.1f/s (%u runs)", times->len * batch * 1e3 / sum,
                 times->len);
}

static void
print_row(const EffNetOpProfile *op, guint batch, guint64 total_ns, double peak)
{
    double us = op->runs > 0 ? op->ns / 1e3 / op->runs : 0;
    double gflops = us > 0 ? 2.0 * op->macs * batch / us / 1e3 : 0;

    effnet_print(stdout, "%-24s %-16s %10.1f %9.1f %6.1f %% %6.1f %%", op->name, op->kind, us,
                 gflops, total_ns > 0 ? 100.0 * op->ns / total_ns : 0, 100 * gflops / peak);
}

static void
print_profile(EffNetSession *session, const Options *options)
{
    guint threads = effnet_command_threads((guint)options->threads);
    const EffNetModelInfo *info = effnet_model_get_info(effnet_session_get_model(session));
    double peak = effnet_cpu_measure_peak(info->precision) * threads;
    guint n = effnet_session_get_n_ops(session);
    EffNetOpProfile op, sum = {.name = "total", .kind = ""};

    for (guint i = 0; i < n; i++) {
        effnet_session_get_op(session, i, &op);
        sum.macs += op.macs;
        sum.ns += op.ns;
        sum.runs = op.runs;
    }
    effnet_print(stdout, "%-24s %-16s %10s %9s %8s %8s", "op", "kind", "time (us)", "GFLOP/s",
                 "time", "peak");
    for (guint i = 0; i < n; i++) {
        effnet_session_get_op(session, i, &op);
        print_row(&op, options->batch, sum.ns, peak);
    }
    print_row(&sum, options->batch, sum.ns, peak);
    effnet_print(stdout, "peak: %.1f GFLOP/s measured on %u thread%s", peak, threads,
                 threads == 1 ? "" : "s");
}

static void
print_results(EffNetSession *session, const Options *options, GArray *times)
{
    if (options->raw) {
        for (guint i = 0; i < times->len; i++)
            effnet_print(stdout, "%.4f", g_array_index(times, double, i));
        return;
    }
    print_head(session, options);
    print_latency(times, options->batch);
    if (options->profile) {
        putchar('\n');
        print_profile(session, options);
    }
}

static gboolean
run_bench(const Options *options, GError **error)
{
    g_autoptr(EffNetModel) model = NULL;
    g_autoptr(EffNetSession) session = NULL;
    g_autoptr(GArray) times = NULL;

    if (!effnet_command_check("--threads", options->threads, 0, 4096, error) ||
        !effnet_command_check("--batch", options->batch, 1, 1024, error) ||
        !effnet_command_check("--seconds", options->seconds, 0, 86400, error) ||
        !effnet_command_check("--runs", options->runs, 0, 1000000, error))
        return FALSE;
    if (options->raw && options->profile) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "--raw prints nothing beside times: not with --profile");
        return FALSE;
    }
    model = open_model(options, error);
    if (model == NULL)
        return FALSE;
    session = effnet_session_new(model, options->batch, options->threads, error);
    if (session == NULL)
        return FALSE;
    times = options->runs > 0 ? effnet_latency_measure_runs(session, options->batch, options->runs,
                                                            options->profile)
                              : effnet_latency_measure(session, options->batch, options->seconds,
                                                       MIN_RUNS, options->profile);
    print_results(session, options, times);
    return TRUE;
}

gboolean
effnet_command_bench(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {.batch = 1, .seconds = 2};
    const GOptionEntry entries[] = {
        {"model", 'm', 0, G_OPTION_ARG_FILENAME, &options.model, "The checkpoint, a file or a name",
         "MODEL"},
        {"arch", 'a', 0, G_OPTION_ARG_STRING, &options.arch,
         "A network by its name, with random weights", "NAME"},
        EFFNET_COMMAND_MODEL_OPTIONS(options.model_options),
        EFFNET_COMMAND_PRECISION(options.precision, "fp32"),
        {"threads", 't', 0, G_OPTION_ARG_INT, &options.threads, "0, the default: all", "T"},
        {"batch", 'b', 0, G_OPTION_ARG_INT, &options.batch, "Images inferred together (default 1)",
         "N"},
        {"seconds", 's', 0, G_OPTION_ARG_DOUBLE, &options.seconds,
         "How long to measure (default 2)", "S"},
        {"runs", 'n', 0, G_OPTION_ARG_INT, &options.runs,
         "Run exactly so often instead, the first run included", "N"},
        {"raw", 'r', 0, G_OPTION_ARG_NONE, &options.raw,
         "Print nothing but the milliseconds of each run, one a line", NULL},
        {"cache", 'c', 0, G_OPTION_ARG_NONE, &options.cache,
         "Keep the packed weights of --model in the user's cache folder", NULL},
        {"profile", 0, 0, G_OPTION_ARG_NONE, &options.profile, "Print a row an op as well", NULL},
        {NULL},
    };

    return effnet_command_parse(command, entries, &argc, &argv, 0, 0, error) &&
           run_bench(&options, error);
}
