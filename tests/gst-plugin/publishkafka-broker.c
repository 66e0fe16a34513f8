/* SPDX-License-Identifier: BSD-2-Clause */
/* With a broker process, tansu, which EFFNET_TEST_TANSU names: tests/kafka runs this. It keeps
 * records in memory alone, so that a reader stays attached, and what was acknowledged and not read
 * yet when the broker ends is lost. */
#include <signal.h>
#include <stdlib.h>

#include "checkpoint.h"
#include "command.h"
#include "kafka.h"
#include "publishing.h"

/* The most messages that the library has before one is acknowledged. */
#define IN_FLIGHT 100
/* Of a topic that the broker makes by itself, if the element asks for it first. */
#define PARTITIONS 4

typedef struct {
    char *folder, *address;
    int port;
    GPid pid;                 /* 0: stopped */
    EffNetTestReader *reader; /* while it runs */
    EffNetTestPublisher publisher;
} Fixture;

static void
start_broker(Fixture *f, const char *more)
{
    const char *program = g_getenv("EFFNET_TEST_TANSU");
    g_autofree char *command =
        g_strdup_printf("%s broker --listener-url tcp://127.0.0.1:%d --advertised-listener-url "
                        "tcp://127.0.0.1:%d%s",
                        program, f->port, f->port, more);

    f->pid = effnet_test_start_command(f->folder, command, "tansu.log");
    effnet_test_wait_for_port(f->port, f->pid);
    if (!*more) {
        g_autofree char *topic = g_strdup_printf(
            "%s topic create results --partitions 4 --broker tcp://127.0.0.1:%d", program, f->port);

        effnet_test_run_command(f->folder, topic);
        f->reader = effnet_test_reader_new(f->address, "results", PARTITIONS);
    }
}

/* Returns the frames that were read. */
static GArray *
stop_broker(Fixture *f, int signal)
{
    GArray *frames;

    effnet_test_stop_command(f->pid, signal);
    f->pid = 0;
    frames = effnet_test_reader_get_frames(f->reader, "cam0");
    g_clear_pointer(&f->reader, effnet_test_reader_free);
    return frames;
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = effnet_test_make_folder();
    f->port = effnet_test_find_port();
    f->address = g_strdup_printf("127.0.0.1:%d", f->port);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_publisher_clear(&f->publisher);
    g_clear_pointer(&f->reader, effnet_test_reader_free);
    if (f->pid)
        effnet_test_stop_command(f->pid, SIGKILL);
    effnet_test_remove_folder(f->folder);
    g_free(f->address);
}

static void
open_element(Fixture *f, const char *properties)
{
    g_autofree char *line =
        g_strdup_printf("efficientnetpublish name=cam0 method=kafka address=%s topic=results %s",
                        f->address, properties);

    effnet_test_publisher_open(&f->publisher, line);
}

static guint
get(Fixture *f, const char *stat)
{
    return (guint)effnet_test_publisher_get(&f->publisher, stat);
}

static void
test_lines(Fixture *f, gconstpointer properties)
{
    g_autoptr(GArray) frames = NULL;

    start_broker(f, "");
    open_element(f, properties);
    effnet_test_publisher_push(&f->publisher, 500);
    effnet_test_publisher_end(&f->publisher);
    g_assert_cmpuint(get(f, "written"), ==, 500);
    effnet_test_reader_wait_for(f->reader, 500);
    frames = stop_broker(f, SIGTERM);
    g_assert_cmpuint(frames->len, ==, 500);
    effnet_test_publisher_assert_quiet(&f->publisher);
}

static void
note_frames(GHashTable *received, GArray *frames)
{
    for (guint i = 0; i < frames->len; i++)
        g_hash_table_add(received, GUINT_TO_POINTER(g_array_index(frames, guint, i) + 1));
    g_array_unref(frames);
}

/* The broker ends in the midst of lines, in order or not, and is started again: all that was
 * produced is received, counted as dropped, or among the few that were acknowledged and not read
 * yet at one of the ends. */
static void
test_broker_comes_and_goes(Fixture *f, gconstpointer properties)
{
    g_autoptr(GHashTable) received = g_hash_table_new(NULL, NULL);
    /* An idempotent client is stuck for a minute with a broker that has forgotten it. */
    const int signals[] = {SIGKILL, SIGTERM, SIGKILL};
    gsize rounds = strstr(properties, "idempotence=false") ? G_N_ELEMENTS(signals) : 1;
    guint dropped, lost = 0, written = 0, n;

    start_broker(f, "");
    open_element(f, properties);
    for (gsize i = 0; i < rounds; i++) {
        guint before = g_hash_table_size(received);

        effnet_test_publisher_push(&f->publisher, 50);
        effnet_test_publisher_wait_for(&f->publisher, "written", written + 50);
        effnet_test_reader_wait_for(f->reader, get(f, "written") - written);
        effnet_test_publisher_push(&f->publisher, 50);
        note_frames(received, stop_broker(f, signals[i]));
        n = get(f, "written") - written - (g_hash_table_size(received) - before);
        g_assert_cmpuint(n, <=, 50);
        lost += n;
        effnet_test_publisher_push(&f->publisher, 400);
        effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                             "up to 60 lines wait");
        written = get(f, "written");
        start_broker(f, "");
        effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_INFO, "connected to");
    }
    effnet_test_publisher_push(&f->publisher, 10);
    effnet_test_publisher_close(&f->publisher);
    effnet_test_reader_wait_for(f->reader, get(f, "written") - written);
    note_frames(received, stop_broker(f, SIGTERM));
    dropped = get(f, "dropped");
    g_test_message("%u produced: %u received, %u dropped, %u acknowledged and not read",
                   f->publisher.pushed, g_hash_table_size(received), dropped, lost);
    g_assert_cmpuint(get(f, "lines"), ==, f->publisher.pushed);
    g_assert_cmpuint(dropped, >=, rounds * (400 - 60 - IN_FLIGHT));
    g_assert_cmpuint(g_hash_table_size(received) + dropped + lost, ==, f->publisher.pushed);
}

/* SCRAM with a broker that does not know the user. */
static void
test_unknown_user(Fixture *f, gconstpointer data)
{
    start_broker(f, " --authentication");
    g_setenv("EFFNET_KAFKA_USER", "me", TRUE);
    g_setenv("EFFNET_KAFKA_PASSWORD", "s3cr3t", TRUE);
    open_element(f, "drain-timeout=0");
    effnet_test_publisher_push(&f->publisher, 5);
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                         "SASL SCRAM authentication failed: ");
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(get(f, "dropped"), ==, 5);
    effnet_test_publisher_assert_quiet(&f->publisher);
    g_unsetenv("EFFNET_KAFKA_USER");
    g_unsetenv("EFFNET_KAFKA_PASSWORD");
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    if (!g_getenv("EFFNET_TEST_TANSU"))
        g_error("EFFNET_TEST_TANSU must be a broker's program: tests/kafka brings one");
#define ADD(name, data, func)                                                                      \
    g_test_add("/publishkafka-broker/" name, Fixture, data, set_up, func, tear_down)
    ADD("lines", "", test_lines);
    ADD("lines/acks-1", "acks=1 compression=gzip", test_lines);
    ADD("lines/acks-0", "acks=0 compression=snappy", test_lines);
    ADD("lines/not-idempotent", "idempotence=false compression=lz4", test_lines);
    ADD("lines/zstd", "compression=zstd", test_lines);
    ADD("comes-and-goes", "max-queue=60 drain-timeout=20000000000", test_broker_comes_and_goes);
    ADD("comes-and-goes/not-idempotent", "max-queue=60 drain-timeout=20000000000 idempotence=false",
        test_broker_comes_and_goes);
    ADD("unknown-user", NULL, test_unknown_user);
    return g_test_run();
}
