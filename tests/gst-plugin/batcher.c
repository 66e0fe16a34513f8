/* SPDX-License-Identifier: BSD-2-Clause */
#include "batcher.h"

#define RESOLUTION 32
#define CLASSES    7
#define HOUR       (3600 * GST_SECOND)

static EffNetModel *model, *other_model;
static guint measured;

static EffNetModel *
random_model(guint seed)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new("mobilenet-v1-025", NULL);
    const EffNetModelOptions options = {.resolution = RESOLUTION};
    g_autoptr(GError) error = NULL;
    EffNetModel *made = effnet_model_new_random(arch, seed, CLASSES, &options, &error);

    g_assert_no_error(error);
    return made;
}

static gboolean
measure(EffNetSession *session, guint n, GstClockTime *duration, GError **error)
{
    measured++;
    *duration = 3 * GST_MSECOND;
    return TRUE;
}

static GstEfficientNetBatchMember *
join(const char *id, guint size, GstClockTime timeout)
{
    const GstEfficientNetBatchSettings settings = {size, timeout, 1};
    g_autoptr(GError) error = NULL;
    GstEfficientNetBatchMember *member =
        gst_efficientnet_batcher_join(id, model, &settings, FALSE, measure, &error);

    g_assert_no_error(error);
    gst_efficientnet_batch_member_set_playing(member, TRUE);
    return member;
}

/* Infers images, which were announced before. */
static gboolean
run(GstEfficientNetBatchMember *member, EffNetInput *const *inputs, guint n, float *logits,
    float *features, double *fill)
{
    const GstEfficientNetOutputs outputs = {.logits = logits, .features = features};

    gst_efficientnet_batch_member_set_resting(member, FALSE);
    return gst_efficientnet_batch_member_run(member, inputs, n, &outputs, fill);
}

static EffNetInput *
make_input(guint seed)
{
    guint8 pixels[RESOLUTION * RESOLUTION * 3];
    const EffNetFrame frame = {.format = EFFNET_PIXEL_RGB,
                               .width = RESOLUTION,
                               .height = RESOLUTION,
                               .plane = {pixels},
                               .stride = {RESOLUTION * 3}};
    EffNetInput *input = effnet_input_new(model, NULL);

    for (gsize i = 0; i < sizeof pixels; i++)
        pixels[i] = (guint8)(i * (seed + 1) * 31 + i / 97 * seed);
    g_assert_true(effnet_input_set_frame(input, &frame, NULL));
    return input;
}

/* The logits for SEED's image, inferred alone. */
static void
infer_alone(guint seed, float *logits)
{
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    g_autoptr(EffNetInput) input = make_input(seed);

    effnet_session_set_input(session, 0, input);
    effnet_session_run(session, 1);
    memcpy(logits, effnet_session_get_logits(session, 0), CLASSES * sizeof(float));
}

/* A stream that submits a number of images, some of them at once. */
typedef struct {
    GstEfficientNetBatchMember *member;
    guint seed, rounds, n;
    GThread *thread;
    guint done; /* rounds done */
    double fill;
    gint finished; /* atomic */
} Stream;

static gpointer
stream_thread(gpointer data)
{
    Stream *stream = data;
    float logits[8 * CLASSES], alone[8 * CLASSES];
    EffNetInput *inputs[8];

    g_assert_cmpuint(stream->n, <=, 8);
    for (guint i = 0; i < stream->n; i++) {
        inputs[i] = make_input(stream->seed + i);
        infer_alone(stream->seed + i, alone + i * CLASSES);
    }
    for (guint round = 0; round < stream->rounds; round++) {
        double fill = 0;

        if (!run(stream->member, inputs, stream->n, logits, NULL, &fill))
            break;
        g_assert_cmpmem(logits, stream->n * CLASSES * sizeof(float), alone,
                        stream->n * CLASSES * sizeof(float));
        g_assert_cmpfloat(fill, >, 0);
        g_assert_cmpfloat(fill, <=, 1);
        stream->fill += fill;
        stream->done++;
    }
    /* Others need not wait for a stream that is done. */
    gst_efficientnet_batch_member_set_resting(stream->member, TRUE);
    for (guint i = 0; i < stream->n; i++)
        effnet_input_free(inputs[i]);
    g_atomic_int_set(&stream->finished, TRUE);
    return NULL;
}

static void
begin(Stream *stream, GstEfficientNetBatchMember *member, guint seed, guint rounds, guint n)
{
    *stream = (Stream){.member = member, .seed = seed, .rounds = rounds, .n = n};
    stream->thread = g_thread_new("stream", stream_thread, stream);
}

static void
end(Stream *stream)
{
    g_thread_join(stream->thread);
    gst_efficientnet_batcher_leave(stream->member);
}

/* A single stream waits for nobody, whatever the timeout. */
static void
test_alone(void)
{
    GstEfficientNetBatchMember *member = join("alone", 8, HOUR);
    Stream stream;

    g_assert_cmpuint(gst_efficientnet_batch_member_get_latency(member), ==, HOUR + 3 * GST_MSECOND);
    begin(&stream, member, 1, 3, 1);
    end(&stream);
    g_assert_cmpuint(stream.done, ==, 3);
    g_assert_cmpfloat(stream.fill, ==, 3.0 / 8);
}

/* Streams of one or several images, more and fewer than a batch holds: each gets its own results,
 * bit for bit. */
static void
test_streams(gconstpointer data)
{
    const GstClockTime timeout = GPOINTER_TO_UINT(data) * GST_MSECOND;

    for (guint size = 1; size <= 8; size += size < 4 ? 1 : 4) {
        Stream streams[6];

        for (guint i = 0; i < G_N_ELEMENTS(streams); i++)
            begin(&streams[i], join("streams", size, timeout), i, 4, 1 + i % 3);
        for (guint i = 0; i < G_N_ELEMENTS(streams); i++) {
            end(&streams[i]);
            g_assert_cmpuint(streams[i].done, ==, 4);
        }
    }
}

/* Streams that are all present, from the first one's second round until the first one rests. */
static struct {
    gint begun, resting, full_rounds; /* atomic */
} all_there;

static gpointer
fill_thread(gpointer data)
{
    Stream *stream = data;
    EffNetInput *input = make_input(stream->seed);
    float logits[CLASSES];

    for (guint round = 0; g_atomic_int_get(&all_there.full_rounds) < 100; round++) {
        gboolean all = g_atomic_int_get(&all_there.begun) == 4;
        double fill;

        g_assert_true(run(stream->member, &input, 1, logits, NULL, &fill));
        if (round == 0)
            g_atomic_int_inc(&all_there.begun);
        if (!all || g_atomic_int_get(&all_there.resting) > 0)
            continue;
        g_assert_cmpfloat(fill, ==, 1);
        g_atomic_int_inc(&all_there.full_rounds);
    }
    g_atomic_int_inc(&all_there.resting);
    gst_efficientnet_batch_member_set_resting(stream->member, TRUE);
    effnet_input_free(input);
    return NULL;
}

/* With an endless timeout, every batch is full while all streams are present. */
static void
test_fill(void)
{
    Stream streams[4];

    for (guint i = 0; i < 4; i++) {
        streams[i] = (Stream){.member = join("fill", 4, HOUR), .seed = i};
        streams[i].thread = g_thread_new("stream", fill_thread, &streams[i]);
    }
    for (guint i = 0; i < 4; i++)
        end(&streams[i]);
}

/* A stream that keeps submitting many images at once does not keep another waiting. */
static void
test_fair(void)
{
    GstEfficientNetBatchMember *greedy = join("fair", 2, 0), *modest = join("fair", 2, 0);
    Stream streams[2];

    begin(&streams[0], greedy, 0, G_MAXUINT, 8);
    begin(&streams[1], modest, 9, 20, 1);
    g_thread_join(streams[1].thread);
    g_assert_cmpuint(streams[1].done, ==, 20);
    g_assert_false(g_atomic_int_get(&streams[0].finished));
    gst_efficientnet_batch_member_set_flushing(greedy, TRUE);
    g_thread_join(streams[0].thread);
    gst_efficientnet_batcher_leave(greedy);
    gst_efficientnet_batcher_leave(modest);
}

static void
wait_until_asleep(void)
{
    g_usleep(30 * 1000); /* a thread that is not waiting yet is released all the same */
}

/* A waiting stream is released by its own flush, and by no other. */
static void
test_flush(void)
{
    GstEfficientNetBatchMember *absent = join("flush", 3, HOUR), *member = join("flush", 3, HOUR);
    EffNetInput *input = make_input(5);
    float logits[CLASSES];
    Stream stream, idle;
    double fill;

    /* ABSENT is known, and is waited for. */
    begin(&idle, absent, 0, 1, 1);
    g_thread_join(idle.thread);
    g_assert_true(run(absent, &input, 1, logits, NULL, &fill));
    begin(&stream, member, 1, 1, 1);
    wait_until_asleep();
    g_assert_false(g_atomic_int_get(&stream.finished));
    gst_efficientnet_batch_member_set_flushing(member, TRUE);
    g_thread_join(stream.thread);
    g_assert_cmpuint(stream.done, ==, 0);
    g_assert_false(run(member, &input, 1, logits, NULL, &fill));
    gst_efficientnet_batch_member_set_flushing(member, FALSE);
    gst_efficientnet_batcher_leave(absent);
    g_assert_true(run(member, &input, 1, logits, NULL, &fill));
    gst_efficientnet_batcher_leave(member);
    effnet_input_free(input);
}

typedef enum { LET_GO_BY_REST, LET_GO_BY_OWN_PAUSE, LET_GO_BY_LEAVE, LET_GO_BY_FLUSH } LetGo;

/* A stream waits for another that expects frames, until that does not. */
static void
test_let_go(gconstpointer data)
{
    const LetGo by = (LetGo)GPOINTER_TO_INT(data);
    GstEfficientNetBatchMember *absent = join("let-go", 2, HOUR), *member;
    EffNetInput *input = make_input(5);
    float logits[CLASSES];
    Stream stream;
    double fill;

    g_assert_true(run(absent, &input, 1, logits, NULL, &fill));
    member = join("let-go", 2, HOUR);
    begin(&stream, member, 1, 1, 1);
    wait_until_asleep();
    g_assert_false(g_atomic_int_get(&stream.finished));
    if (by == LET_GO_BY_REST)
        gst_efficientnet_batch_member_set_resting(absent, TRUE);
    else if (by == LET_GO_BY_OWN_PAUSE)
        gst_efficientnet_batch_member_set_playing(member, FALSE);
    else if (by == LET_GO_BY_FLUSH)
        gst_efficientnet_batch_member_set_flushing(absent, TRUE);
    else
        gst_efficientnet_batcher_leave(absent);
    end(&stream);
    g_assert_cmpuint(stream.done, ==, 1);
    if (by != LET_GO_BY_LEAVE)
        gst_efficientnet_batcher_leave(absent);
    effnet_input_free(input);
}

/* A stream that already rests when its images are submitted waits for nobody. */
static void
test_rest_first(void)
{
    GstEfficientNetBatchMember *absent = join("rest-first", 2, HOUR);
    GstEfficientNetBatchMember *member = join("rest-first", 2, HOUR);
    EffNetInput *input = make_input(5);
    float logits[CLASSES];
    double fill;

    g_assert_true(run(absent, &input, 1, logits, NULL, &fill));
    gst_efficientnet_batch_member_set_resting(member, TRUE);
    g_assert_true(gst_efficientnet_batch_member_run(
        member, &input, 1, &(GstEfficientNetOutputs){.logits = logits}, &fill));
    g_assert_cmpfloat(fill, ==, 0.5);
    gst_efficientnet_batcher_leave(absent);
    gst_efficientnet_batcher_leave(member);
    effnet_input_free(input);
}

/* The timeout ends the wait. */
static void
test_timeout(void)
{
    GstEfficientNetBatchMember *absent = join("timeout", 2, 50 * GST_MSECOND);
    EffNetInput *input = make_input(5);
    float logits[CLASSES];
    gint64 start;
    Stream stream;
    double fill;

    g_assert_true(run(absent, &input, 1, logits, NULL, &fill));
    start = g_get_monotonic_time();
    begin(&stream, join("timeout", 2, 50 * GST_MSECOND), 1, 2, 1);
    end(&stream);
    g_assert_cmpuint(stream.done, ==, 2);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 100 * 1000);
    gst_efficientnet_batcher_leave(absent);
    effnet_input_free(input);
}

static gpointer
storm_thread(gpointer data)
{
    Stream *stream = data;
    GRand *random = g_rand_new_with_seed(stream->seed);

    while (!g_atomic_int_get(&stream->finished)) {
        switch (g_rand_int_range(random, 0, 4)) {
        case 0:
            gst_efficientnet_batch_member_set_flushing(stream->member, TRUE);
            g_usleep((gulong)g_rand_int_range(random, 0, 300));
            gst_efficientnet_batch_member_set_flushing(stream->member, FALSE);
            break;
        case 1:
            gst_efficientnet_batch_member_set_resting(stream->member, TRUE);
            break;
        case 2:
            gst_efficientnet_batch_member_set_playing(stream->member, FALSE);
            gst_efficientnet_batch_member_set_playing(stream->member, TRUE);
            break;
        default:
            g_usleep((gulong)g_rand_int_range(random, 0, 2000));
        }
    }
    g_rand_free(random);
    return NULL;
}

static gpointer
persistent_thread(gpointer data)
{
    Stream *stream = data;

    for (guint i = 0; i < stream->rounds; i++) {
        Stream part = {.member = stream->member, .seed = stream->seed, .rounds = 1, .n = stream->n};

        stream_thread(&part);
    }
    g_atomic_int_set(&stream->finished, TRUE);
    return NULL;
}

/* Flushes and rests at any time leave nobody waiting, and give nobody another's results. */
static void
test_storm(void)
{
    Stream streams[5];
    GThread *threads[5], *storms[5];

    for (guint i = 0; i < 5; i++) {
        streams[i] = (Stream){
            .member = join("storm", 3, 2 * GST_MSECOND), .seed = i, .rounds = 30, .n = 1 + i % 4};
        threads[i] = g_thread_new("stream", persistent_thread, &streams[i]);
        storms[i] = g_thread_new("storm", storm_thread, &streams[i]);
    }
    for (guint i = 0; i < 5; i++) {
        g_thread_join(threads[i]);
        g_thread_join(storms[i]);
    }
    for (guint i = 0; i < 5; i++)
        gst_efficientnet_batcher_leave(streams[i].member);
}

static void
test_features(void)
{
    const EffNetModelInfo *info = effnet_model_get_info(model);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    GstEfficientNetBatchMember *member = join("features", 2, 0);
    EffNetInput *input = make_input(3);
    g_autofree float *features = g_new(float, info->n_features);
    float logits[CLASSES];
    double fill;

    effnet_session_set_input(session, 0, input);
    effnet_session_run(session, 1);
    g_assert_true(run(member, &input, 1, logits, features, &fill));
    g_assert_cmpmem(features, info->n_features * sizeof(float),
                    effnet_session_get_features(session, 0), info->n_features * sizeof(float));
    gst_efficientnet_batcher_leave(member);
    effnet_input_free(input);
}

static void
assert_refused(EffNetModel *with, guint size, GstClockTime timeout, guint threads,
               const char *first, const char *second)
{
    const GstEfficientNetBatchSettings settings = {size, timeout, threads};
    g_autoptr(GError) error = NULL;

    g_assert_null(
        gst_efficientnet_batcher_join("conflict", with, &settings, FALSE, measure, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, first));
    g_assert_nonnull(strstr(error->message, second));
    g_assert_nonnull(strstr(error->message, "conflict"));
}

static void
test_conflicts(void)
{
    const GstEfficientNetBatchSettings settings = {4, 7, 1};
    GstEfficientNetBatchMember *member, *second, *swapped;

    measured = 0;
    member = join("conflict", 4, 7);
    assert_refused(model, 8, 7, 1, "batch-size: 8", "4");
    assert_refused(model, 4, 9, 1, "batch-timeout: 9", "7");
    assert_refused(model, 4, 7, 3, "threads: 3", "1");
    assert_refused(other_model, 4, 7, 1, "model: ", "another element");
    second = join("conflict", 4, 7);
    g_assert_cmpuint(measured, ==, 1);
    swapped =
        gst_efficientnet_batcher_join("conflict", other_model, &settings, TRUE, measure, NULL);
    g_assert_nonnull(swapped);
    g_assert_cmpuint(measured, ==, 2);
    gst_efficientnet_batcher_leave(member);
    gst_efficientnet_batcher_leave(second);
    gst_efficientnet_batcher_leave(swapped);
    /* No other member is left to disagree. */
    gst_efficientnet_batcher_leave(join("conflict", 9, 0));
}

/* Holds whoever measures as long as it is closed. */
static struct {
    GMutex lock;
    GCond changed;
    gboolean closed, failing;
    guint holding, measured;
} door;

static gboolean
measure_at_door(EffNetSession *session, guint n, GstClockTime *duration, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&door.lock);

    door.measured++;
    door.holding++;
    g_cond_broadcast(&door.changed);
    while (door.closed)
        g_cond_wait(&door.changed, &door.lock);
    door.holding--;
    *duration = 5 * GST_MSECOND;
    if (door.failing)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "model: it is of no use");
    return !door.failing;
}

static void
close_door(gboolean failing)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&door.lock);

    door.closed = TRUE;
    door.failing = failing;
    door.measured = 0;
}

static void
open_door(void)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&door.lock);

    while (door.holding == 0)
        g_cond_wait(&door.changed, &door.lock);
    door.closed = FALSE;
    g_cond_broadcast(&door.changed);
}

static gpointer
join_at_door(gpointer error)
{
    const GstEfficientNetBatchSettings settings = {4, 0, 1};

    return gst_efficientnet_batcher_join("door", model, &settings, FALSE, measure_at_door, error);
}

/* Whoever joins while the session is created waits for it; members of other ids do not. */
static void
test_opening(void)
{
    GstEfficientNetBatchMember *members[4], *other;
    GThread *threads[4];

    close_door(FALSE);
    for (guint i = 0; i < 4; i++)
        threads[i] = g_thread_new("member", join_at_door, NULL);
    g_mutex_lock(&door.lock);
    while (door.holding == 0)
        g_cond_wait(&door.changed, &door.lock);
    g_mutex_unlock(&door.lock);
    other = join("other", 4, 0);
    gst_efficientnet_batcher_leave(other);
    open_door();
    for (guint i = 0; i < 4; i++) {
        members[i] = g_thread_join(threads[i]);
        g_assert_nonnull(members[i]);
        g_assert_cmpuint(gst_efficientnet_batch_member_get_latency(members[i]), ==,
                         5 * GST_MSECOND);
    }
    g_assert_cmpuint(door.measured, ==, 1);
    for (guint i = 0; i < 4; i++)
        gst_efficientnet_batcher_leave(members[i]);
}

/* All who waited get the error, and the next one tries again. */
static void
test_failed(void)
{
    GThread *threads[4];
    GError *errors[4] = {NULL};
    gpointer member;

    close_door(TRUE);
    for (guint i = 0; i < 4; i++)
        threads[i] = g_thread_new("member", join_at_door, &errors[i]);
    open_door();
    for (guint i = 0; i < 4; i++) {
        g_assert_null(g_thread_join(threads[i]));
        g_assert_error(errors[i], EFFNET_ERROR, EFFNET_ERROR_MODEL);
        g_assert_cmpstr(errors[i]->message, ==, "model: it is of no use");
        g_error_free(errors[i]);
    }
    door.failing = FALSE;
    member = join_at_door(NULL);
    g_assert_nonnull(member);
    gst_efficientnet_batcher_leave(member);
}

int
main(int argc, char **argv)
{
    int ret;

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    model = random_model(1);
    other_model = random_model(2);
    g_test_add_func("/batcher/alone", test_alone);
    g_test_add_data_func("/batcher/streams/no-timeout", GUINT_TO_POINTER(0), test_streams);
    g_test_add_data_func("/batcher/streams/timeout", GUINT_TO_POINTER(2), test_streams);
    g_test_add_func("/batcher/fill", test_fill);
    g_test_add_func("/batcher/fair", test_fair);
    g_test_add_func("/batcher/flush", test_flush);
    g_test_add_data_func("/batcher/let-go/rest", GINT_TO_POINTER(LET_GO_BY_REST), test_let_go);
    g_test_add_data_func("/batcher/let-go/own-pause", GINT_TO_POINTER(LET_GO_BY_OWN_PAUSE),
                         test_let_go);
    g_test_add_data_func("/batcher/let-go/leave", GINT_TO_POINTER(LET_GO_BY_LEAVE), test_let_go);
    g_test_add_data_func("/batcher/let-go/flush", GINT_TO_POINTER(LET_GO_BY_FLUSH), test_let_go);
    g_test_add_func("/batcher/rest-first", test_rest_first);
    g_test_add_func("/batcher/timeout", test_timeout);
    g_test_add_func("/batcher/storm", test_storm);
    g_test_add_func("/batcher/features", test_features);
    g_test_add_func("/batcher/conflicts", test_conflicts);
    g_test_add_func("/batcher/opening", test_opening);
    g_test_add_func("/batcher/failed", test_failed);
    ret = g_test_run();
    effnet_model_unref(model);
    effnet_model_unref(other_model);
    return ret;
}
