/* SPDX-License-Identifier: BSD-2-Clause */
#include "../command.h"

#include <math.h>
#include <stdio.h>

#include "../tinyrule.h"

#define NOT_GIVEN G_MININT /* an option's value, also for doubles */

/* As printed by their authors, who do not always count as we do: Tan and Le 2019, tables 2, 3 and
 * 7, the MobileNets' own papers, and Lite's announcement. The factors are relative to the network
 * NAME; 0: nothing is printed. */
static const struct {
    const char *name;
    double params, macs;
    const char *source;
    double width, depth, resolution; /* 0 means 1 */
} printed[] = {
    {"b0", 5.3e6, 0.39e9, "paper"},
    {"b1", 7.8e6, 0.70e9, "paper"},
    {"b2", 9.2e6, 1.0e9, "paper"},
    {"b3", 12e6, 1.8e9, "paper"},
    {"b4", 19e6, 4.2e9, "paper"},
    {"b5", 30e6, 9.9e9, "paper"},
    {"b6", 43e6, 19e9, "paper"},
    {"b7", 66e6, 37e9, "paper"},
    {"lite0", 4.7e6, 407e6, "authors"},
    {"lite1", 5.4e6, 631e6, "authors"},
    {"lite2", 6.1e6, 899e6, "authors"},
    {"lite3", 8.2e6, 1.44e9, "authors"},
    {"lite4", 13.0e6, 2.64e9, "authors"},
    {"mobilenet-v1", 4.2e6, 569e6, "authors"},
    {"mobilenet-v2", 3.4e6, 300e6, "authors"},
    {"mobilenet-v2-140", 6.9e6, 585e6, "authors"},
    {"resnet50", 26e6, 4.1e9, "paper"},
    {"resnet152", 60e6, 11e9, "paper"},
    {"b0", 0, 1.8e9, "paper", .depth = 4},
    {"b0", 0, 1.8e9, "paper", .width = 2},
    {"b0", 0, 1.9e9, "paper", .resolution = 2},
    {"b0", 0, 1.8e9, "paper", 1.2, 1.4, 1.3},
    {"mobilenet-v1", 0, 2.2e9, "paper", .width = 2},
    {"mobilenet-v1", 0, 2.2e9, "paper", .resolution = 2},
    {"mobilenet-v1", 0, 2.3e9, "paper", 1.2, 1.4, 1.3},
    {"mobilenet-v2", 0, 1.2e9, "paper", .depth = 4},
    {"mobilenet-v2", 0, 1.1e9, "paper", .width = 2},
    {"mobilenet-v2", 0, 1.2e9, "paper", .resolution = 2},
    {"mobilenet-v2", 0, 1.3e9, "paper", 1.2, 1.4, 1.3},
    {"resnet50", 0, 16.2e9, "paper", .depth = 4},
    {"resnet50", 0, 14.7e9, "paper", .width = 2},
    {"resnet50", 0, 16.4e9, "paper", .resolution = 2},
    {"resnet50", 0, 16.7e9, "paper", 1.2, 1.4, 1.3},
};

static gboolean
is_near(double a, double b)
{
    return fabs(a - b) < 1e-6;
}

/* The row for ARCH, which is BASE scaled; -1 if there is none. */
static int
find_printed(EffNetArch *arch, EffNetArch *base)
{
    double width = effnet_arch_get_width(arch) / effnet_arch_get_width(base);
    double depth = effnet_arch_get_depth(arch) / effnet_arch_get_depth(base);
    guint resolution = effnet_arch_get_resolution(base);

    for (guint i = 0; i < G_N_ELEMENTS(printed); i++) {
        double factor = printed[i].resolution > 0 ? printed[i].resolution : 1;

        if (g_str_equal(printed[i].name, effnet_arch_get_name(base)) &&
            is_near(width, printed[i].width > 0 ? printed[i].width : 1) &&
            is_near(depth, printed[i].depth > 0 ? printed[i].depth : 1) &&
            is_near(effnet_arch_get_resolution(arch), round(resolution * factor)))
            return i;
    }
    return -1;
}

static void
print_compared(const char *what, guint64 ours, double theirs, const char *source)
{
    double unit = ours >= 1e9 ? 1e9 : 1e6;

    printf("%-18s %9.3f %c", what, ours / unit, unit == 1e9 ? 'G' : 'M');
    if (source != NULL && theirs > 0)
        printf("   (%s: %.4g %c)", source, theirs / unit, unit == 1e9 ? 'G' : 'M');
    printf("\n");
}

static void
print_text(EffNetArch *arch, EffNetArch *base, const EffNetArchCost *cost)
{
    const char *name = effnet_arch_get_name(arch);
    int row = find_printed(arch, base);
    const char *source = row < 0 ? NULL : printed[row].source;

    printf("%s: resolution %u, width %.4g, depth %.4g\n", name, effnet_arch_get_resolution(arch),
           effnet_arch_get_width(arch), effnet_arch_get_depth(arch));
    print_compared("parameters", cost->params, source ? printed[row].params : 0, source);
    print_compared("multiply-adds", cost->macs, source ? printed[row].macs : 0, source);
    printf("%-18s %9u\n", "layers", cost->layers);
    printf("%-18s %9.3f MiB\n", "activation memory", cost->activation_bytes / 1048576.0);
}

/* Our names need no escapes. */
static void
print_json(EffNetArch *arch, const EffNetArchCost *cost)
{
    printf("{\"name\":\"%s\",\"resolution\":%u,\"params\":%" G_GUINT64_FORMAT
           ",\"macs\":%" G_GUINT64_FORMAT ",\"layers\":%u,\"activation_bytes\":%" G_GUINT64_FORMAT
           "}\n",
           effnet_arch_get_name(arch), effnet_arch_get_resolution(arch), cost->params, cost->macs,
           cost->layers, cost->activation_bytes);
}

typedef struct {
    const char *name;
    char *base;
    double phi, alpha, beta, gamma, width, depth, tiny;
    int resolution;
    gboolean json, list;
} Request;

static void
request_clear(Request *request)
{
    g_free(request->base);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Request, request_clear)

/* Sets in SCALING what was given, within its range, and *N to how many that were. */
static gboolean
read_scaling(const Request *request, EffNetScaling *scaling, guint *n, GError **error)
{
    double resolution = 0;
    const struct {
        const char *option;
        double given, min, max;
        double *to;
    } numbers[] = {
        {"--phi", request->phi, -20, 20, &scaling->phi},
        {"--alpha", request->alpha, 0.5, 4, &scaling->alpha},
        {"--beta", request->beta, 0.5, 4, &scaling->beta},
        {"--gamma", request->gamma, 0.5, 4, &scaling->gamma},
        {"--width", request->width, 0.01, 100, &scaling->width},
        {"--depth", request->depth, 0.01, 100, &scaling->depth},
        {"--resolution", request->resolution, 1, 100000, &resolution},
    };

    *n = 0;
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].given == NOT_GIVEN)
            continue;
        if (!effnet_command_check(numbers[i].option, numbers[i].given, numbers[i].min,
                                  numbers[i].max, error))
            return FALSE;
        *numbers[i].to = numbers[i].given;
        ++*n;
    }
    scaling->resolution = (guint)resolution;
    return TRUE;
}

static EffNetArch *
new_arch(const Request *request, GError **error)
{
    EffNetScaling scaling = {0};
    guint n;

    if (!read_scaling(request, &scaling, &n, error))
        return NULL;
    if (request->tiny != NOT_GIVEN && n == 0)
        return effnet_tinyrule_new(request->tiny, error);
    if (request->base)
        return effnet_arch_new_scaled(request->base, &scaling, error);
    if (n == 0)
        return effnet_arch_new(request->name, error);
    g_set_error(
        error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
        "--phi, --alpha, --beta, --gamma, --width, --depth and --resolution scale a --base");
    return NULL;
}

static gboolean
list_names(void)
{
    for (const char *const *name = effnet_arch_list(); *name != NULL; name++)
        printf("%s\n", *name);
    return TRUE;
}

gboolean
effnet_command_arch(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_auto(Request) request = {
        .phi = NOT_GIVEN,
        .alpha = NOT_GIVEN,
        .beta = NOT_GIVEN,
        .gamma = NOT_GIVEN,
        .width = NOT_GIVEN,
        .depth = NOT_GIVEN,
        .resolution = NOT_GIVEN,
        .tiny = NOT_GIVEN,
    };
    const GOptionEntry entries[] = {
        {"list", 'l', 0, G_OPTION_ARG_NONE, &request.list, "Print the names that are known", NULL},
        {"base", 'b', 0, G_OPTION_ARG_STRING, &request.base,
         "The network to scale, instead of NAME", "BASE"},
        {"phi", 0, 0, G_OPTION_ARG_DOUBLE, &request.phi, "Compound scaling by the paper's rule",
         "PHI"},
        {"alpha", 0, 0, G_OPTION_ARG_DOUBLE, &request.alpha, "Repeats for a phi of 1 (default 1.2)",
         "ALPHA"},
        {"beta", 0, 0, G_OPTION_ARG_DOUBLE, &request.beta, "Channels for a phi of 1 (default 1.1)",
         "BETA"},
        {"gamma", 0, 0, G_OPTION_ARG_DOUBLE, &request.gamma, "Pixels for a phi of 1 (default 1.15)",
         "GAMMA"},
        {"width", 0, 0, G_OPTION_ARG_DOUBLE, &request.width, "Channels by this instead of phi's",
         "W"},
        {"depth", 0, 0, G_OPTION_ARG_DOUBLE, &request.depth, "Repeats by this instead of phi's",
         "D"},
        {"resolution", 0, 0, G_OPTION_ARG_INT, &request.resolution, "Pixels instead of phi's", "R"},
        {"tiny", 0, 0, G_OPTION_ARG_DOUBLE, &request.tiny,
         "The TinyNet of so many multiply-adds, such as 100e6, instead of NAME", "MACS"},
        {"json", 'j', 0, G_OPTION_ARG_NONE, &request.json, "Print a JSON object", NULL},
        {NULL},
    };
    g_autoptr(EffNetArch) arch = NULL, base = NULL;
    EffNetArchCost cost;

    if (!effnet_command_parse(command, entries, &argc, &argv, 0, 1, error))
        return FALSE;
    if (request.list)
        return list_names();
    if ((argc == 2) + (request.base != NULL) + (request.tiny != NOT_GIVEN) != 1) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "give either a NAME (--list prints them), --base or --tiny");
        return FALSE;
    }
    request.name = request.tiny == NOT_GIVEN ? argv[1] : EFFNET_TINYRULE_BASE;
    arch = new_arch(&request, error);
    if (arch == NULL)
        return FALSE;
    base = effnet_arch_new(request.base ? request.base : request.name, NULL);
    effnet_arch_get_cost(arch, 0, 0, &cost);
    if (request.json)
        print_json(arch, &cost);
    else
        print_text(arch, base, &cost);
    return TRUE;
}
