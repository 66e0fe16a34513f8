/* SPDX-License-Identifier: BSD-2-Clause */
/* Verdicts that hold: what a stream's frames carry while another class is found now and then. */
#include <gst/efficientnet/meta.h>
#include <string.h>

#include "checkpoint.h"
#include "harness.h"
#include "results.h"

#define WIDTH  60
#define HEIGHT 40
#define FRAME  (GST_SECOND / 25)
#define SEEDS  40

static char *model;
static char *caps;
static guint64 next; /* frame of the current harness */

/* Images whose first classes differ, called 'a' and 'b'. */
static guint seeds[2];
static gint classes[2];
static float own[2], others[2]; /* each image's score of its own class, and of the other's */

static GstBuffer *
make_frame(guint seed)
{
    GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, seed);

    GST_BUFFER_PTS(buffer) = next++ * FRAME;
    return buffer;
}

static GstHarness *
make_harness(const char *description)
{
    next = 0;
    return effnet_test_make_harness(model, description, caps);
}

static GstBuffer *
pass(GstHarness *h, char image)
{
    GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(seeds[image - 'a']));

    g_assert_nonnull(buffer);
    return buffer;
}

/* 'a' or 'b', whose first class the buffer's is; '-' if it carries no result. Takes ownership. */
static char
read_verdict(GstBuffer *buffer, guint *age)
{
    GstEfficientNetResult result;
    char verdict = '-';

    if (gst_efficientnet_buffer_get_result(buffer, 0, &result)) {
        gint class = gst_efficientnet_result_get_index(&result, 0);

        g_assert_true(class == classes[0] || class == classes[1]);
        g_assert_cmpuint(result.pts, ==, GST_BUFFER_PTS(buffer) - result.age * FRAME);
        verdict = class == classes[0] ? 'a' : 'b';
        *age = result.age;
    }
    gst_buffer_unref(buffer);
    return verdict;
}

static void
assert_verdicts(GstHarness *h, const char *images, const char *verdicts)
{
    g_autoptr(GString) found = g_string_new(NULL);
    guint age;

    for (const char *image = images; *image; image++)
        g_string_append_c(found, read_verdict(pass(h, *image), &age));
    g_assert_cmpstr(found->str, ==, verdicts);
}

static guint64
inferences(GstHarness *h)
{
    return effnet_test_get_stat(h->element, "inferences");
}

static void
find_images(void)
{
    GstHarness *h = make_harness("activation=none top-k=10");
    float scores[2][EFFNET_TEST_CLASSES];

    for (guint seed = 1, n = 0; seed <= SEEDS && n < 2; seed++) {
        GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(seed));
        GstEfficientNetResult result;

        g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
        classes[n] = gst_efficientnet_result_get_index(&result, 0);
        seeds[n] = seed;
        effnet_test_read_scores(buffer, 0, scores[n]);
        n += n == 0 || classes[1] != classes[0];
        gst_buffer_unref(buffer);
    }
    g_assert_cmpint(classes[0], !=, classes[1]);
    for (guint i = 0; i < 2; i++) {
        own[i] = scores[i][classes[i]];
        others[i] = scores[i][classes[1 - i]];
    }
    gst_harness_teardown(h);
}

static void
test_confirm(void)
{
    GstHarness *h = make_harness("top-k=1 confirm=3");

    assert_verdicts(h, "aaaabababbbaabbaaab", "--aaaaaaaabbbbbbbaa");
    g_assert_cmpuint(inferences(h), ==, 19);
    g_object_set(h->element, "confirm", 1, NULL);
    assert_verdicts(h, "abab", "abab");
    gst_harness_teardown(h);
}

/* While another class is pending, frames carry the last result that counted, with its age; without
 * hold-last, only frames that were inferred do. */
static void
test_held(void)
{
    GstHarness *h = make_harness("activation=none confirm=3 inference-interval=2");
    guint age = 0;

    for (guint i = 0; i < 3; i++)
        read_verdict(pass(h, 'a'), &age);
    g_assert_cmpuint(age, ==, 0);
    read_verdict(pass(h, 'a'), &age); /* not due */
    g_assert_cmpuint(age, ==, 1);
    for (guint i = 2; i <= 3; i++) {
        g_assert_cmpint(read_verdict(pass(h, 'b'), &age), ==, 'a');
        g_assert_cmpuint(age, ==, i);
    }
    g_assert_cmpint(read_verdict(pass(h, 'b'), &age), ==, 'b');
    g_assert_cmpuint(age, ==, 0);
    g_object_set(h->element, "hold-last", FALSE, NULL);
    assert_verdicts(h, "babaaa", "-bb-bb");
    gst_harness_teardown(h);
}

/* The gates stand open until what is new has been found often enough. */
static void
test_gates(void)
{
    GstHarness *h = make_harness("top-k=1 confirm=3 inference-interval=5 max-rate=1/2 "
                                 "change-threshold=0.02");

    assert_verdicts(h, "aaaaaaaa", "--aaaaaa");
    g_assert_cmpuint(inferences(h), ==, 3);
    g_object_set(h->element, "max-rate", 0, 1, NULL);
    /* The frame 12 is due: the fifth after the one that max-rate held back. */
    assert_verdicts(h, "bbbbbbbbbb", "aaaaaabbbb");
    g_assert_cmpuint(inferences(h), ==, 6);
    gst_harness_teardown(h);
}

static void
test_refresh(void)
{
    GstHarness *h = make_harness("change-threshold=0.02 refresh-interval=1000000000");
    guint age = 0;

    for (guint i = 0; i < 76; i++) {
        g_assert_cmpint(read_verdict(pass(h, 'a'), &age), ==, 'a');
        g_assert_cmpuint(age, ==, i % 25);
    }
    g_assert_cmpint(read_verdict(pass(h, 'b'), &age), ==, 'b');
    for (guint i = 0; i < 25; i++)
        read_verdict(pass(h, 'b'), &age);
    g_assert_cmpuint(age, ==, 0);
    gst_harness_teardown(h);
}

/* A frame that is repeated confirms nothing. */
static void
test_repeated(void)
{
    GstHarness *h = make_harness("top-k=1 confirm=2");
    guint age;

    assert_verdicts(h, "a", "-");
    for (guint i = 0; i < 3; i++) {
        GstBuffer *frame = make_frame(seeds[0]);

        GST_BUFFER_FLAG_SET(frame, GST_BUFFER_FLAG_GAP);
        g_assert_cmpint(read_verdict(gst_harness_push_and_pull(h, frame), &age), ==, '-');
    }
    g_assert_cmpuint(inferences(h), ==, 1);
    assert_verdicts(h, "a", "a");
    gst_harness_teardown(h);
}

static void
push_segment(GstHarness *h, double rate)
{
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = rate;
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
}

/* Lost frames and new segments do not interrupt what is found again and again; a flush and another
 * stream do, and forget what was held. */
static void
test_breaks(void)
{
    GstHarness *h = make_harness("top-k=1 confirm=3");
    GstBuffer *frame;
    guint age;

    assert_verdicts(h, "aaabb", "--aaa");
    frame = make_frame(seeds[1]);
    GST_BUFFER_FLAG_SET(frame, GST_BUFFER_FLAG_DISCONT);
    g_assert_cmpint(read_verdict(gst_harness_push_and_pull(h, frame), &age), ==, 'b');
    assert_verdicts(h, "aa", "bb");
    push_segment(h, 2.0);
    assert_verdicts(h, "abb", "aaa");
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    push_segment(h, 1.0);
    assert_verdicts(h, "bba", "---");
    assert_verdicts(h, "bbbaa", "--bbb");
    g_assert_true(gst_harness_push_event(h, gst_event_new_stream_start("another")));
    gst_harness_set_src_caps_str(h, caps);
    push_segment(h, 1.0);
    assert_verdicts(h, "aab", "---");
    gst_harness_teardown(h);
}

/* What the next message says: "FRAME:VERDICT:AGE"; NULL if there is none. */
static char *
pop_message(GstBus *bus)
{
    g_autoptr(GstMessage) message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT);
    const GstStructure *structure = message ? gst_message_get_structure(message) : NULL;
    GstEfficientNetResult result;
    guint64 pts;

    if (!structure)
        return NULL;
    g_assert_true(gst_structure_get_uint64(structure, "pts", &pts));
    if (!gst_efficientnet_results_get(gst_structure_get_value(structure, "results"), 0, &result))
        return g_strdup_printf("%d:-", (gint)(pts / FRAME));
    g_assert_cmpuint(result.pts, ==, pts - result.age * FRAME);
    return g_strdup_printf("%d:%c:%u", (gint)(pts / FRAME),
                           gst_efficientnet_result_get_index(&result, 0) == classes[0] ? 'a' : 'b',
                           result.age);
}

static void
assert_messages(GstBus *bus, const char *expected)
{
    g_autoptr(GString) found = g_string_new(NULL);
    char *said;

    while ((said = pop_message(bus))) {
        g_string_append_printf(found, "%s%s", found->len > 0 ? " " : "", said);
        g_free(said);
    }
    g_assert_cmpstr(found->str, ==, expected);
}

/* Changes are those of what counts; also with smoothing, which alone asks for two in a row. */
static void
test_messages(void)
{
    GstHarness *h = make_harness("top-k=1 confirm=3 post-messages=changes smoothing=0.001");
    GstBus *bus = effnet_test_watch(h);

    assert_verdicts(h, "aaabbabbbbaa", "--aaaaaabbbb");
    assert_messages(bus, "2:a:0 8:b:0");
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

static void
test_all_messages(void)
{
    GstHarness *h = make_harness("top-k=1 confirm=2 post-messages=all");
    GstBus *bus = effnet_test_watch(h);

    assert_verdicts(h, "aabbb", "-aabb");
    assert_messages(bus, "0:- 1:a:0 2:a:1 3:b:0 4:b:0");
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* In the image 'b', the class of 'a' has less than the threshold, and is only kept. */
static void
test_release(void)
{
    GstHarness *h = make_harness("activation=none top-k=1");

    g_object_set(h->element, "threshold", (own[0] + own[1]) / 2, NULL);
    assert_verdicts(h, "babba", "-a--a");
    g_object_set(h->element, "release", others[1] + 0.5f, NULL);
    assert_verdicts(h, "babba", "-a--a");
    g_object_set(h->element, "release", others[1] - 0.5f, NULL);
    assert_verdicts(h, "babba", "aaaaa");
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    push_segment(h, 1.0);
    assert_verdicts(h, "bbab", "--aa");
    gst_harness_teardown(h);
}

/* The frame as one region. */
static char
pass_region(GstHarness *h, char image, gint id)
{
    GstBuffer *frame = make_frame(seeds[image - 'a']);
    guint age;

    gst_buffer_add_video_region_of_interest_meta(frame, "thing", 0, 0, WIDTH, HEIGHT)->id = id;
    return read_verdict(gst_harness_push_and_pull(h, frame), &age);
}

static void
assert_regions(GstHarness *h, const char *images, gint id, const char *verdicts)
{
    g_autoptr(GString) found = g_string_new(NULL);

    for (const char *image = images; *image; image++)
        g_string_append_c(found, pass_region(h, *image, id));
    g_assert_cmpstr(found->str, ==, verdicts);
}

static void
test_consensus(void)
{
    GstHarness *h = make_harness("inference-region=roi-list top-k=1 confirm=4 consensus=0.6");

    assert_regions(h, "abaabbbba", 5, "---aaaabb");
    assert_regions(h, "aaaa", 6, "---a"); /* another object */
    /* Until there are enough inferences, a region has one in every frame. */
    g_object_set(h->element, "reclassify-interval", 3, NULL);
    assert_regions(h, "abaaaaa", 7, "---aaaa");
    g_assert_cmpuint(inferences(h), ==, 9 + 4 + 5);
    gst_util_set_object_arg(G_OBJECT(h->element), "inference-region", "full-frame");
    g_object_set(h->element, "confirm", 1, NULL);
    assert_verdicts(h, "abab", "abab"); /* not an object */
    gst_harness_teardown(h);
}

/* Regions without an identity have no past. */
static void
test_untracked(void)
{
    GstHarness *h = make_harness("inference-region=roi-list top-k=1 confirm=3 consensus=0.6");

    assert_regions(h, "abab", 0, "abab");
    gst_harness_teardown(h);
}

/* On the worker as well, what is pending is inferred until it is confirmed, and no longer. */
static void
test_worker(void)
{
    GstHarness *h = make_harness("top-k=1 confirm=3 change-threshold=0.02 "
                                 "late-policy=skip-inference");
    guint age;

    for (guint image = 0; image < 2; image++) {
        guint n = 0;

        while (read_verdict(pass(h, (char)('a' + image)), &age) != 'a' + (gint)image) {
            g_assert_cmpuint(++n, <, 10000);
            g_usleep(1000);
        }
        g_assert_cmpuint(inferences(h), ==, 3 * (image + 1));
    }
    gst_harness_teardown(h);
}

int
main(int argc, char **argv)
{
    int ret;

    model = effnet_test_begin(&argc, &argv);
    caps = effnet_test_make_caps("RGB", WIDTH, HEIGHT);
    effnet_test_write_lite0(model, 2, EFFNET_TEST_CLASSES, 4.0f);
    find_images();
    g_test_add_func("/verdict/confirm", test_confirm);
    g_test_add_func("/verdict/held", test_held);
    g_test_add_func("/verdict/gates", test_gates);
    g_test_add_func("/verdict/refresh", test_refresh);
    g_test_add_func("/verdict/repeated", test_repeated);
    g_test_add_func("/verdict/breaks", test_breaks);
    g_test_add_func("/verdict/messages", test_messages);
    g_test_add_func("/verdict/all-messages", test_all_messages);
    g_test_add_func("/verdict/release", test_release);
    g_test_add_func("/verdict/consensus", test_consensus);
    g_test_add_func("/verdict/untracked", test_untracked);
    g_test_add_func("/verdict/worker", test_worker);
    ret = effnet_test_run(model);
    g_free(caps);
    return ret;
}
