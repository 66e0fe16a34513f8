/* SPDX-License-Identifier: BSD-2-Clause */
/* The documents are written by hand from ONVIF's Analytics Service Specification and its
 * metadatastream.xsd: of version 20.12, where a class descriptor has tt:Type, a
 * tt:StringLikelihood; and of 2.4, which has only ClassCandidate and OtherTypes. Those of 2.4 are
 * also validated against that version, which a package for Python has. */
#include "formatonvif.h"

#include <math.h>

#include <gst/video/video.h>

#include "checkpoint.h"
#include "meta.h"
#include "records.h"
#include "results.h"
#if EFFNET_HAVE_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

#define SCHEMA "onvif/wsdl/onvif.xsd"

#define BEGIN                                                                                      \
    "<tt:MetadataStream xmlns:tt=\"http://www.onvif.org/ver10/schema\" "                           \
    "xmlns:e=\"urn:x-gst-efficientnet\" e:stream=\"cam &amp; 0\"><tt:VideoAnalytics>"
#define FRAME(element)                                                                             \
    "<tt:Frame UtcTime=\"2026-01-01T00:00:00.250000Z\" Source=\"" element "\" e:model=\"model\">"
#define OBJECT(id) "<tt:Object ObjectId=\"" id "\"><tt:Appearance>"
#define SHAPE(left, top, right, bottom, x, y)                                                      \
    "<tt:Shape><tt:BoundingBox left=\"" left "\" top=\"" top "\" right=\"" right                   \
    "\" bottom=\"" bottom "\"/><tt:CenterOfGravity x=\"" x "\" y=\"" y "\"/></tt:Shape>"
#define WHOLE              SHAPE("-1", "1", "1", "-1", "0", "0")
#define TYPE(score, label) "<tt:Type Likelihood=\"" score "\">" label "</tt:Type>"
#define CANDIDATE(kind, score)                                                                     \
    "<tt:ClassCandidate><tt:Type>" kind "</tt:Type><tt:Likelihood>" score                          \
    "</tt:Likelihood></tt:ClassCandidate>"
#define OTHER(label, score, index)                                                                 \
    "<tt:OtherTypes><tt:Type>" label "</tt:Type><tt:Likelihood>" score                             \
    "</tt:Likelihood><e:Index>" index "</e:Index></tt:OtherTypes>"
#define CLASS(types) "<tt:Class>" types "</tt:Class>"
#define END_OBJECT   "</tt:Appearance></tt:Object>"
#define END_FRAME    "</tt:Frame>"
#define END          "</tt:VideoAnalytics></tt:MetadataStream>\n"

static const EffNetTestResult cat = {.element = "net",
                                     .width = 640,
                                     .height = 480,
                                     .roi_id = -1,
                                     .labels = {"tabby", "tiger cat"},
                                     .indices = (const gint[]){281, 282},
                                     .scores = {0.5f, 0.25f}};

/* What a file contains after a record for each of the N RESULTS, or, if TOGETHER, one of all. */
static char *
write_lines(GstBuffer *buffer, const EffNetTestResult *results, gsize n, gboolean together,
            gboolean candidates)
{
    gsize n_records = together ? 1 : n;
    g_autofree GstEfficientNetRecord *records = g_new(GstEfficientNetRecord, n_records);
    g_autofree GValue *lists = g_new(GValue, n_records);
    char *text;

    for (gsize i = 0; i < n_records; i++) {
        effnet_test_init_results(&lists[i], &results[i], together ? n : 1);
        records[i] = (GstEfficientNetRecord){.stream = "cam & 0",
                                             .time = G_GINT64_CONSTANT(1767225600250000),
                                             .width = 640,
                                             .height = 480,
                                             .buffer = buffer,
                                             .results = &lists[i]};
    }
    text = effnet_test_write_records(
        g_object_new(GST_TYPE_EFFICIENTNET_FORMAT_ONVIF, "class-candidates", candidates, NULL),
        records, n_records);
    for (gsize i = 0; i < n_records; i++)
        g_value_unset(&lists[i]);
    return text;
}

static void
assert_record(GstBuffer *buffer, const EffNetTestResult *results, gsize n, gboolean candidates,
              const char *expected)
{
    g_autofree char *line = write_lines(buffer, results, n, TRUE, candidates);

    g_assert_cmpstr(line, ==, expected);
}

/* Types, each with the likelihood as its attribute, in the order of the results. */
static void
test_types(void)
{
    GstBuffer *buffer = gst_buffer_new();

    assert_record(buffer, &cat, 1, FALSE,
                  BEGIN FRAME("net") OBJECT("1073741824")
                      WHOLE CLASS(TYPE("0.5", "tabby") TYPE("0.25", "tiger cat"))
                          END_OBJECT END_FRAME END);
    gst_buffer_unref(buffer);
}

/* Of the kinds that version 2.4 has where a label is one, of the kind Other with the label beside
 * it where it is none. */
static void
test_candidates(void)
{
    EffNetTestResult yard = cat;
    GstBuffer *buffer = gst_buffer_new();

    assert_record(buffer, &cat, 1, TRUE,
                  BEGIN FRAME("net") OBJECT("1073741824") WHOLE CLASS(
                      CANDIDATE("Other", "0.75") "<tt:Extension>" OTHER("tabby", "0.5", "281")
                          OTHER("tiger cat", "0.25", "282") "</tt:Extension>")
                      END_OBJECT END_FRAME END);
    yard.labels[0] = "Vehicle";
    yard.labels[1] = "human";
    assert_record(buffer, &yard, 1, TRUE,
                  BEGIN FRAME("net") OBJECT("1073741824")
                      WHOLE CLASS(CANDIDATE("Vehical", "0.5") CANDIDATE("Human", "0.25"))
                          END_OBJECT END_FRAME END);
    gst_buffer_unref(buffer);
}

/* Each element is a module of its own, with its own object; a region has the coordinates of ONVIF,
 * where y goes up, and the tracker's id. */
static void
test_regions(void)
{
    EffNetTestResult results[] = {cat, cat, cat};
    GstBuffer *buffer = gst_buffer_new();
    GstVideoRegionOfInterestMeta *roi =
        gst_buffer_add_video_region_of_interest_meta(buffer, "car", 160, 120, 320, 60);

    roi->id = 9;
    gst_video_region_of_interest_meta_add_param(
        roi, gst_structure_new("object_id", "id", G_TYPE_INT, 77, NULL));
    results[1] = (EffNetTestResult){.element = "color",
                                    .width = 640,
                                    .height = 480,
                                    .x = 160,
                                    .y = 120,
                                    .w = 320,
                                    .h = 60,
                                    .roi_id = 9,
                                    .labels = {"red"},
                                    .scores = {0.75f}};
    results[2].unknown = TRUE;
    assert_record(buffer, results, 3, FALSE,
                  BEGIN FRAME("net") OBJECT("1073741824")
                      WHOLE CLASS(TYPE("0.5", "tabby") TYPE("0.25", "tiger cat"))
                          END_OBJECT OBJECT("1073741824") WHOLE END_OBJECT END_FRAME FRAME("color")
                              OBJECT("77") SHAPE("-0.5", "0.5", "0.5", "0.25", "0", "0.375")
                                  CLASS(TYPE("0.75", "red")) END_OBJECT END_FRAME END);
    gst_buffer_unref(buffer);
}

#if EFFNET_HAVE_GST_ANALYTICS
static void
test_analytics(void)
{
    EffNetTestResult result = cat;
    GstBuffer *buffer = gst_buffer_new();
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(buffer);
    GstAnalyticsODMtd od;
    GstAnalyticsTrackingMtd tracking;
    g_autofree char *line = NULL;

    g_assert_true(gst_analytics_relation_meta_add_od_mtd(meta, g_quark_from_static_string("car"),
                                                         160, 120, 320, 60, 0.8f, &od));
    g_assert_true(gst_analytics_relation_meta_add_tracking_mtd(meta, 5, 0, &tracking));
    g_assert_true(gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_RELATE_TO,
                                                           od.id, tracking.id));
    result.roi_id = (gint)od.id;
    line = write_lines(buffer, &result, 1, TRUE, FALSE);
    g_assert_nonnull(strstr(line, OBJECT("5")));
    gst_buffer_unref(buffer);
}
#endif

static guint
count(const char *text, const char *what)
{
    guint n = 0;

    for (; (text = strstr(text, what)); text += strlen(what))
        n++;
    return n;
}

/* The frame is the same object in every record, and so is a zone; what nobody tracks is another
 * object each time. */
static void
test_ids(void)
{
    EffNetTestResult results[] = {cat, cat, cat, cat, cat};
    GstBuffer *buffer = gst_buffer_new();
    g_autofree char *lines = NULL;

    results[1].element = "door";
    results[2].roi_id = results[3].roi_id = 4;
    lines = write_lines(buffer, results, G_N_ELEMENTS(results), FALSE, FALSE);
    g_assert_cmpuint(count(lines, OBJECT("1073741824")), ==, 2);
    g_assert_cmpuint(count(lines, OBJECT("1073741825")), ==, 1);
    g_assert_cmpuint(count(lines, OBJECT("1073741826")), ==, 1);
    g_assert_cmpuint(count(lines, OBJECT("1073741827")), ==, 1);
    gst_buffer_unref(buffer);
}

/* What the sender's clock says goes before ours. */
static void
test_time(void)
{
    GstBuffer *buffer = gst_buffer_new();
    GstCaps *ntp = gst_caps_new_empty_simple("timestamp/x-ntp");
    g_autofree char *line = NULL;

    gst_buffer_add_reference_timestamp_meta(
        buffer, ntp, GST_SECOND * 3976214400 + 1500 * GST_USECOND, GST_CLOCK_TIME_NONE);
    line = write_lines(buffer, &cat, 1, TRUE, FALSE);
    g_assert_nonnull(strstr(line, "UtcTime=\"2026-01-01T00:00:00.001500Z\""));
    gst_caps_unref(ntp);
    gst_buffer_unref(buffer);
}

/* A document is one line of legal XML, whatever a label is. */
static void
test_labels(void)
{
    EffNetTestResult result = cat;
    GstBuffer *buffer = gst_buffer_new();

    result.element = "a\"<b>";
    result.labels[0] = "<tt:Type>&\"'\n\x01\x1f\x7f";
    result.labels[1] = "\xff\xef\xbf\xbf\xef\xbf\xbe\xed\xa0\x80\xc3\xa9";
    assert_record(
        buffer, &result, 1, FALSE,
        BEGIN FRAME("a&quot;&lt;b&gt;") OBJECT("1073741824")
            WHOLE CLASS(TYPE("0.5", "&lt;tt:Type&gt;&amp;&quot;&apos;   &#x7f;") TYPE(
                "0.25", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf"
                        "\xbd\xc3\xa9")) END_OBJECT END_FRAME END);
    gst_buffer_unref(buffer);
}

/* "The sum of the likelihoods shall NOT exceed 1": with activation=sigmoid, that of all might. */
static void
test_sum(void)
{
    EffNetTestResult result = cat;
    GstBuffer *buffer = gst_buffer_new();
    g_autofree char *line = NULL, *none = NULL;

    result.scores[0] = 0.9f;
    line = write_lines(buffer, &result, 1, TRUE, FALSE);
    g_assert_nonnull(strstr(line, CLASS(TYPE("0.9", "tabby"))));
    result.scores[0] = INFINITY;
    none = write_lines(buffer, &result, 1, TRUE, FALSE);
    g_assert_null(strstr(none, "<tt:Class>"));
    gst_buffer_unref(buffer);
}

static void
validate(const char *schema, const char *document)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "document.xml", NULL), *errors = NULL;
    const char *const arguments[] = {"xmllint", "--nonet", "--noout", "--schema",
                                     schema,    path,      NULL};
    int status = -1;

    g_assert_true(g_file_set_contents(path, document, -1, NULL));
    g_assert_true(g_spawn_sync(NULL, (char **)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                               NULL, &errors, &status, NULL));
    g_test_message("%s%s", document, errors);
    g_assert_cmpint(status, ==, 0);
    effnet_test_remove_folder(folder);
}

static void
test_schema(void)
{
    const char *folder = g_getenv("EFFNET_TEST_ONVIF");
    g_autofree char *schema = g_build_filename(folder ? folder : "", SCHEMA, NULL);
    g_autofree char *xmllint = g_find_program_in_path("xmllint");
    EffNetTestResult results[] = {cat, cat, cat, cat};
    GstBuffer *buffer = gst_buffer_new();
    g_autofree char *document = NULL;

    if (!xmllint || !g_file_test(schema, G_FILE_TEST_EXISTS)) {
        g_test_skip("ONVIF's schema (tests/parity/setup) or xmllint (libxml2-utils) is missing");
    } else {
        results[1].labels[1] = "Animal";
        results[1].element = "\x01<&\"";
        results[2].unknown = TRUE;
        results[3].roi_id = 3;
        results[3].labels[0] = "\x01<&\"\n";
        document = write_lines(buffer, results, G_N_ELEMENTS(results), TRUE, TRUE);
        validate(schema, document);
    }
    gst_buffer_unref(buffer);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    gst_efficientnet_meta_register();
    g_test_add_func("/formatonvif/types", test_types);
    g_test_add_func("/formatonvif/candidates", test_candidates);
    g_test_add_func("/formatonvif/regions", test_regions);
#if EFFNET_HAVE_GST_ANALYTICS
    g_test_add_func("/formatonvif/analytics", test_analytics);
#endif
    g_test_add_func("/formatonvif/ids", test_ids);
    g_test_add_func("/formatonvif/time", test_time);
    g_test_add_func("/formatonvif/labels", test_labels);
    g_test_add_func("/formatonvif/sum", test_sum);
    g_test_add_func("/formatonvif/schema", test_schema);
    return g_test_run();
}
