/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "recognise/labels.h"
#include "../support.h"

static void
test_table(void)
{
    const char *const *labels = effnet_labels_imagenet(1000);
    const char *const *with_background = effnet_labels_imagenet(1001);

    g_assert_cmpuint(g_strv_length((char **)labels), ==, 1000);
    g_assert_cmpuint(g_strv_length((char **)with_background), ==, 1001);
    g_assert_cmpstr(labels[0], ==, "tench");
    g_assert_cmpstr(labels[281], ==, "tabby");
    g_assert_cmpstr(labels[999], ==, "toilet tissue");
    g_assert_cmpstr(labels[134], ==, "crane");
    g_assert_cmpstr(labels[517], ==, "crane");
    g_assert_cmpstr(with_background[0], ==, "background");
    g_assert_cmpstr(with_background[1], ==, "tench");
    g_assert_null(effnet_labels_imagenet(999));
    g_assert_null(effnet_labels_imagenet(1002));
    g_assert_null(effnet_labels_imagenet(0));
}

/* Against the list with all synonyms. */
static void
test_source(void)
{
    const char *const *labels = effnet_labels_imagenet(1000);
    const char *folder = g_getenv("EFFNET_TEST_DATA");
    g_autofree char *path = g_build_filename(folder ? folder : "", "labels.txt", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        g_test_skip(
            "the list of all synonyms, labels.txt in shared/data beside the sources, is missing");
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; i < 1000; i++) {
        gsize n = strlen(labels[i]);

        g_assert_cmpint(strncmp(lines[i], labels[i], n), ==, 0);
        g_assert_true(lines[i][n] == '\0' || lines[i][n] == ',');
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/imagenet-labels/table", test_table);
    g_test_add_func("/model/imagenet-labels/source", test_source);
    return g_test_run();
}
