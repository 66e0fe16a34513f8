/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

/* What is found: '0' to '3', a class; '-': none; '?': unknown. */
static GstEfficientNetFinding *
make_finding(char found)
{
    const GstEfficientNetSelection selection = {.top_k = 1, .threshold = 0.5f};
    const GstEfficientNetSubject subject = {0};
    GstEfficientNetFinding *finding;
    float scores[4] = {0};

    if (found >= '0')
        scores[found == '?' ? 3 : found - '0'] = 1;
    finding = gst_efficientnet_finding_new(&subject, scores, 4, &selection, NULL);
    if (found == '?')
        gst_efficientnet_finding_set_similarity(finding, 0.1f, 0.2f);
    return finding;
}

static char
letter_of(gint64 verdict)
{
    return verdict == GST_EFFICIENTNET_VERDICT_NONE      ? '-'
           : verdict == GST_EFFICIENTNET_VERDICT_UNKNOWN ? '?'
                                                         : (char)('0' + verdict);
}

/* Adds everything that is FOUND; EXPECTED: the verdicts after each, with a '*' where it is pending.
 * What the region shows is always of the verdict. */
static void
assert_verdicts(guint confirm, float consensus, const char *found, const char *expected)
{
    const GstEfficientNetQuorum quorum = {confirm, consensus};
    g_autoptr(GString) verdicts = g_string_new(NULL);
    g_autoptr(GstEfficientNetFinding) shown = make_finding('-');
    GstEfficientNetVerdict verdict;

    gst_efficientnet_verdict_init(&verdict);
    for (; *found; found++) {
        g_autoptr(GstEfficientNetFinding) finding = make_finding(*found);
        GstEfficientNetFinding *holds = gst_efficientnet_verdict_add(&verdict, finding, &quorum);

        if (holds) {
            gst_efficientnet_finding_unref(shown);
            shown = gst_efficientnet_finding_ref(holds);
        }
        g_assert_cmpint(gst_efficientnet_finding_get_verdict(shown), ==, verdict.held);
        /* What is found and holds is shown, and nothing older. */
        g_assert_true((letter_of(verdict.held) == *found) == (shown == finding));
        g_string_append_c(verdicts, letter_of(verdict.held));
        if (gst_efficientnet_verdict_is_pending(&verdict, &quorum))
            g_string_append_c(verdicts, '*');
    }
    g_assert_cmpstr(verdicts->str, ==, expected);
    gst_efficientnet_verdict_clear(&verdict);
}

static void
test_repetition(void)
{
    assert_verdicts(1, 0, "0120-?0", "0120-?0");
    assert_verdicts(3, 0, "000111", "-*-*00*0*1");
    assert_verdicts(2, 0, "0010110", "-*00*00*11*");
    /* No class and unknown are verdicts like any other. */
    assert_verdicts(2, 0, "--00--0?-??", "---*00*--*-*--*?");
}

/* Where nothing is ever found twice, further findings are not needed soon for ever. */
static void
test_patience(void)
{
    assert_verdicts(2, 0, "00121212121212", "-*00*0*0*0*0*0*0*00000");
}

static void
test_share(void)
{
    /* Two of three, counted once there are three. */
    assert_verdicts(3, 0.6f, "001", "-*-*0");
    assert_verdicts(3, 0.6f, "010", "-*-*0");
    assert_verdicts(3, 0.6f, "012", "-*-*-");
    /* The first verdict remains until another has that share. */
    assert_verdicts(3, 0.6f, "00011", "-*-*000");
    assert_verdicts(2, 0.6f, "00111", "-*0001");
    /* Of two that have it, the more frequent; of equally frequent ones, the one that is held. */
    assert_verdicts(4, 0.5f, "0011", "-*-*-*0");
    assert_verdicts(2, 0.5f, "0110", "-*011");
    assert_verdicts(2, 1.0f, "1101", "-*111");
    assert_verdicts(2, 0.6f, "--00??????", "-*--------?");
}

/* Switched between both ways, it starts again with what is held. */
static void
test_switched(void)
{
    const GstEfficientNetQuorum share = {3, 0.6f}, repetition = {2, 0};
    GstEfficientNetVerdict verdict;

    gst_efficientnet_verdict_init(&verdict);
    for (guint i = 0; i < 3; i++) {
        g_autoptr(GstEfficientNetFinding) finding = make_finding('1');

        g_assert_true(gst_efficientnet_verdict_add(&verdict, finding, &share) ==
                      (i == 2 ? finding : NULL));
    }
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GstEfficientNetFinding) finding = make_finding('2');

        g_assert_cmpint(verdict.held, ==, 1);
        g_assert_true(gst_efficientnet_verdict_add(&verdict, finding, &repetition) ==
                      (i == 1 ? finding : NULL));
    }
    for (guint i = 0; i < 3; i++) {
        g_autoptr(GstEfficientNetFinding) finding = make_finding('1');

        g_assert_cmpint(verdict.held, ==, 2);
        gst_efficientnet_verdict_add(&verdict, finding, &share);
    }
    g_assert_cmpint(verdict.held, ==, 1);
    gst_efficientnet_verdict_clear(&verdict);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/verdict/repetition", test_repetition);
    g_test_add_func("/verdict/patience", test_patience);
    g_test_add_func("/verdict/share", test_share);
    g_test_add_func("/verdict/switched", test_switched);
    return g_test_run();
}
