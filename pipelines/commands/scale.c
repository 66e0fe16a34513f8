/* SPDX-License-Identifier: BSD-2-Clause */
/* effnet scale: a program of its own, as it may draw with cairo. */
#include "../command.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "../plot.h"
#include "../points.h"

typedef struct {
    char *base, *budget, *plot, *precision;
    double to, step;
    gboolean no_latency, json;
    EffNetMeasure measure;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->base);
    g_free(options->budget);
    g_free(options->plot);
    g_free(options->precision);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
print_head(void)
{
    printf("%-10s %5s %7s %7s %6s %10s %10s %12s %12s\n", "scaling", "phi", "width", "depth",
           "pixels", "params (M)", "macs (G)", "memory (MiB)", "latency (ms)");
}

static void
print_row(const EffNetPlotPoint *point, gboolean with_name)
{
    char phi[16] = "";

    if (!g_str_equal(point->scaling, "named"))
        g_snprintf(phi, sizeof phi, "%.4g", point->phi);
    printf("%-10s %5s %7.4g %7.4g %6u %10.3f %10.3f %12.3f", point->scaling, phi,
           effnet_arch_get_width(point->arch), effnet_arch_get_depth(point->arch),
           effnet_arch_get_resolution(point->arch), point->cost.params / 1e6,
           point->cost.macs / 1e9, point->cost.activation_bytes / 1048576.0);
    if (point->latency > 0)
        printf(" %12.3f", point->latency);
    printf("%s%s\n", with_name ? "  " : "", with_name ? effnet_arch_get_name(point->arch) : "");
    fflush(stdout);
}

/* Our names need no escapes. */
static void
print_json(const EffNetPlotPoint *point)
{
    printf("{\"scaling\":\"%s\",", point->scaling);
    if (!g_str_equal(point->scaling, "named"))
        printf("\"phi\":%.10g,", point->phi);
    printf("\"name\":\"%s\",\"width\":%.10g,\"depth\":%.10g,\"resolution\":%u,"
           "\"params\":%" G_GUINT64_FORMAT ",\"macs\":%" G_GUINT64_FORMAT
           ",\"layers\":%u,\"activation_bytes\":%" G_GUINT64_FORMAT,
           effnet_arch_get_name(point->arch), effnet_arch_get_width(point->arch),
           effnet_arch_get_depth(point->arch), effnet_arch_get_resolution(point->arch),
           point->cost.params, point->cost.macs, point->cost.layers, point->cost.activation_bytes);
    if (point->latency > 0)
        printf(",\"latency_ms\":%.4f", point->latency);
    printf("}");
}

/* Prints how latency was measured, as the first members of an object. */
static void
print_json_head(const Options *options)
{
    printf("{\"base\":\"%s\",\"kernels\":\"%s\",\"precision\":\"%s\",\"threads\":%u", options->base,
           effnet_cpu_get(), effnet_precision_get_name(options->measure.precision),
           effnet_command_threads((guint)options->measure.threads));
}

static gboolean
draw(const Options *options, const GPtrArray *points, GError **error)
{
#ifdef EFFNET_HAVE_CAIRO
    g_autofree char *title =
        g_strdup_printf("Scaling %s: %s, kernels %s, %u threads", options->base,
                        effnet_precision_get_name(options->measure.precision), effnet_cpu_get(),
                        effnet_command_threads((guint)options->measure.threads));

    return effnet_plot_points(points, title, options->plot, error);
#else
    return TRUE; /* check_plot() has refused everything else */
#endif
}

static gboolean
check_plot(const Options *options, GError **error)
{
    if (!options->plot)
        return TRUE;
    if (options->budget)
        return effnet_command_refuse(error, "--budget has nothing to draw: not with --plot");
#ifdef EFFNET_HAVE_CAIRO
    return effnet_plot_check(options->plot, error);
#else
    return effnet_command_refuse(error, "--plot draws with cairo, without which effnet was built");
#endif
}

static gboolean
walk(const Options *options, GError **error)
{
    g_autoptr(GPtrArray) points =
        effnet_points_walk(options->base, options->to, options->step, error);

    if (!points)
        return FALSE;
    if (!options->json)
        print_head();
    for (guint i = 0; i < points->len; i++) {
        EffNetPlotPoint *point = g_ptr_array_index(points, i);

        if (point->phi == 0 && i > 0) /* the base network again */
            point->latency = ((EffNetPlotPoint *)g_ptr_array_index(points, 0))->latency;
        else if (!options->no_latency && !effnet_point_measure(point, &options->measure, error))
            return FALSE;
        if (!options->json)
            print_row(point, FALSE);
    }
    if (options->json) {
        print_json_head(options);
        printf(",\"points\":[");
        for (guint i = 0; i < points->len; i++) {
            printf("%s", i ? "," : "");
            print_json(g_ptr_array_index(points, i));
        }
        printf("]}\n");
    }
    return !options->plot || draw(options, points, error);
}

/* Milliseconds of "33ms", "33", "0.5s" or "30fps"; 0 for anything else. */
static double
parse_budget(const char *text)
{
    char *end;
    double value = g_ascii_strtod(text, &end);

    if (!isfinite(value) || !(value > 0))
        return 0;
    if (g_str_equal(end, "") || g_str_equal(end, "ms"))
        return value;
    if (g_str_equal(end, "s"))
        return value * 1e3;
    return g_str_equal(end, "fps") ? 1e3 / value : 0;
}

static void
print_fit_json(const Options *options, double budget, const EffNetPlotPoint *largest,
               const EffNetPlotPoint *named, const EffNetPlotPoint *compound)
{
    const EffNetPlotPoint *const points[] = {largest, named, compound};
    static const char *const names[] = {"largest", "named", "compound"};

    print_json_head(options);
    printf(",\"budget_ms\":%.10g", budget);
    for (gsize i = 0; i < G_N_ELEMENTS(points); i++) {
        printf(",\"%s\":", names[i]);
        if (points[i])
            print_json(points[i]);
        else
            printf("null");
    }
    printf("}\n");
}

static gboolean
fit(const Options *options, GError **error)
{
    g_autoptr(EffNetPlotPoint) named = NULL, compound = NULL;
    double budget = parse_budget(options->budget);
    const EffNetPlotPoint *largest;

    if (!(budget >= 1e-3 && budget <= 1e6))
        return effnet_command_refuse(
            error, "--budget must be a time like 33ms or 0.5s, or a rate like 30fps");
    if (!effnet_points_fit(options->base, budget, &options->measure, &named, &compound, error))
        return FALSE;
    largest = !named || (compound && compound->cost.macs > named->cost.macs) ? compound : named;
    if (!largest) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "no network of %s's family takes at most %g ms here", options->base, budget);
        return FALSE;
    }
    if (options->json) {
        print_fit_json(options, budget, largest, named, compound);
        return TRUE;
    }
    print_head();
    if (named)
        print_row(named, TRUE);
    if (compound)
        print_row(compound, TRUE);
    printf("largest within %g ms: %s\n", budget, effnet_arch_get_name(largest->arch));
    return TRUE;
}

/* Replaces the user's name for the base network with ours. */
static gboolean
name_base(Options *options, GError **error)
{
    g_autoptr(EffNetArch) base = effnet_arch_new(options->base ? options->base : "b0", error);

    if (!base)
        return FALSE;
    g_free(options->base);
    options->base = g_strdup(effnet_arch_get_name(base));
    return TRUE;
}

static gboolean
run(Options *options, GError **error)
{
    if (!name_base(options, error) || !effnet_command_check("--to", options->to, 0, 20, error) ||
        !effnet_command_check("--step", options->step, 0.01, 20, error) ||
        !effnet_command_check("--threads", options->measure.threads, 0, 4096, error) ||
        !effnet_command_check("--seconds", options->measure.seconds, 0, 3600, error) ||
        (options->precision &&
         !effnet_precision_parse(options->precision, &options->measure.precision, error)) ||
        !check_plot(options, error))
        return FALSE;
    if (options->budget && options->no_latency)
        return effnet_command_refuse(error, "--budget asks for latencies: not with --no-latency");
    return options->budget ? fit(options, error) : walk(options, error);
}

static gboolean
run_scale(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {
        .to = 4, .step = 1, .measure = {.precision = EFFNET_PRECISION_FP32, .seconds = 0.5}};
    const GOptionEntry entries[] = {
        {"base", 'b', 0, G_OPTION_ARG_STRING, &options.base, "The network to scale (default b0)",
         "BASE"},
        {"to", 0, 0, G_OPTION_ARG_DOUBLE, &options.to, "The greatest phi (default 4)", "PHI"},
        {"step", 0, 0, G_OPTION_ARG_DOUBLE, &options.step, "From a phi to the next (default 1)",
         "STEP"},
        {"budget", 0, 0, G_OPTION_ARG_STRING, &options.budget,
         "Print the largest network that one inference of takes no longer (33ms, 0.5s, 30fps)",
         "TIME"},
        {"no-latency", 0, 0, G_OPTION_ARG_NONE, &options.no_latency, "Measure nothing", NULL},
        EFFNET_COMMAND_PRECISION(options.precision, "fp32"),
        {"threads", 't', 0, G_OPTION_ARG_INT, &options.measure.threads, "0, the default: all", "T"},
        {"seconds", 's', 0, G_OPTION_ARG_DOUBLE, &options.measure.seconds,
         "How long to measure a point, at least (default 0.5)", "S"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &options.json, "Print a JSON object", NULL},
        {"plot", 0, 0, G_OPTION_ARG_FILENAME, &options.plot,
         "Draw multiply-adds and latency over phi as well", "FILE.svg or FILE.png"},
        {NULL},
    };

    return effnet_command_parse(command, entries, &argc, &argv, 0, 0, error) &&
           run(&options, error);
}

int
main(int argc, char **argv)
{
    static const EffNetCommand command = {
        "scale", "",
        "Walks phi, and each dimension alone for as many multiply-adds, from the base on",
        run_scale};

    setlocale(LC_CTYPE, "");
    return effnet_command_main(&command, argc, argv);
}
