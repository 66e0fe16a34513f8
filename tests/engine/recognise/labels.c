/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/model.h>

#include "recognise/labels.h"
#include "../support.h"

static void
check(const char *text, guint n, const char *first, const char *last)
{
    g_autofree char *path = support_write_text("labels.txt", text);
    GError *error = NULL;
    g_auto(GStrv) labels = effnet_labels_load(path, n, &error);

    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(labels), ==, n);
    g_assert_cmpstr(labels[0], ==, first);
    g_assert_cmpstr(labels[n - 1], ==, last);
}

static void
test_load(void)
{
    check("cat\ndog\n", 2, "cat", "dog");
    check("cat\ndog", 2, "cat", "dog");
    check("cat\r\ndog\r\n", 2, "cat", "dog");
    check("\xef\xbb\xbf"
          "cat\n\ndog\n",
          3, "cat", "dog");
    check("cat\ndog\n\n", 2, "cat", "dog");
    check("cat\r\ndog\r\n\r\n \t\n\n", 2, "cat", "dog");
    check("\ncat", 2, "", "cat");
    check("caf\xc3\xa9, coffee", 1, "caf\xc3\xa9, coffee", "caf\xc3\xa9, coffee");
}

static void
test_errors(void)
{
    g_autofree char *path = support_write_text("labels.txt", "cat\ndog\n");
    g_autofree char *latin = support_write_text("latin.txt", "caf\xe9\n");
    g_autofree char *blank = support_write_text("blank.txt", "cat\n\n");
    g_autofree char *nul = support_write("nul.txt", "cat\0dog\n", 8);
    GError *error = NULL;

    g_assert_null(effnet_labels_load(path, 1000, &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "has 2 labels, the model 1000 classes");
    g_assert_null(effnet_labels_load(blank, 2, &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "has 1 labels, the model 2 classes");
    g_assert_null(effnet_labels_load(latin, 1, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "is not UTF-8 text: look at its byte 3");
    g_assert_null(effnet_labels_load(nul, 1, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "is not UTF-8 text");
    g_assert_null(effnet_labels_load("/nowhere.txt", 1, &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "/nowhere.txt cannot be opened");
    g_assert_null(effnet_labels_load(support_folder(), 1, &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "is a folder");
}

/* However many they are. */
static void
test_split(void)
{
    g_auto(GStrv) lines = effnet_labels_split("a",
                                              "\xef\xbb\xbf"
                                              "cat\r\n\ndog\n \n",
                                              14, NULL);
    GError *error = NULL;

    g_assert_cmpuint(g_strv_length(lines), ==, 3);
    g_assert_cmpstr(lines[0], ==, "cat");
    g_assert_cmpstr(lines[1], ==, "");
    g_assert_cmpstr(lines[2], ==, "dog");
    g_assert_true(effnet_labels_check("a", lines, 3, NULL));
    g_assert_false(effnet_labels_check("a", lines, 2, &error));
    support_check_error(&error, EFFNET_ERROR_SETTINGS, "a has 3 labels, the model 2 classes");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/labels/load", test_load);
    g_test_add_func("/model/labels/errors", test_errors);
    g_test_add_func("/model/labels/split", test_split);
    return g_test_run();
}
