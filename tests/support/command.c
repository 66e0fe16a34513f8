/* SPDX-License-Identifier: BSD-2-Clause */
#include "command.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE (30 * G_USEC_PER_SEC)
#define MAKE_KEY                                                                                   \
    "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 9 "

static char **
split_command(const char *folder, const char *command)
{
    char **argv = g_strsplit(command, " ", -1);

    for (char **word = argv; *word; word++) {
        g_auto(GStrv) parts = g_strsplit(*word, "@", -1);

        g_free(*word);
        *word = g_strjoinv(folder, parts);
    }
    return argv;
}

void
effnet_test_run_command(const char *folder, const char *command)
{
    g_auto(GStrv) argv = split_command(folder, command);
    g_autofree char *errors = NULL;
    GError *error = NULL;
    int status;

    g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                 NULL, &errors, &status, &error);
    g_assert_no_error(error);
    g_test_message("%s: %s", command, errors);
    g_assert_cmpint(status, ==, 0);
}

static void
end_with_test(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

GPid
effnet_test_start_command(const char *folder, const char *command, const char *out)
{
    g_auto(GStrv) argv = split_command(folder, command);
    g_autofree char *path = g_build_filename(folder, out, NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    GError *error = NULL;
    int input[2]; /* whose other end stays open: some end with their input */
    GPid pid;

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(pipe2(input, O_CLOEXEC), ==, 0);
    g_spawn_async_with_fds(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                           end_with_test, NULL, &pid, input[0], fd, fd, &error);
    g_assert_no_error(error);
    close(fd);
    close(input[0]);
    return pid;
}

void
effnet_test_stop_command(GPid pid, int signal)
{
    kill(pid, signal);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

static int
open_socket(int port, gboolean listening)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((guint16)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int failed = listening ? bind(fd, (struct sockaddr *)&address, sizeof address)
                           : connect(fd, (struct sockaddr *)&address, sizeof address);

    if (!failed)
        return fd;
    close(fd);
    return -1;
}

int
effnet_test_find_port(void)
{
    int fd = open_socket(0, TRUE);
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
    close(fd);
    return ntohs(address.sin_port);
}

void
effnet_test_wait_for_port(int port, GPid pid)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;
    int fd;

    while ((fd = open_socket(port, FALSE)) < 0) {
        g_assert_cmpint(waitpid(pid, NULL, WNOHANG), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(10000);
    }
    close(fd);
}

void
effnet_test_wait_for_text(const char *path, const char *text)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;
    gboolean found = FALSE;

    while (!found) {
        g_autofree char *contents = NULL;
        gsize length;

        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_assert_true(g_file_get_contents(path, &contents, &length, NULL));
        found = memmem(contents, length, text, strlen(text)) != NULL;
        g_usleep(10000);
    }
}

void
effnet_test_make_certificates(const char *folder)
{
    effnet_test_run_command(folder, MAKE_KEY "-subj /CN=ca -keyout @/ca.key -out @/ca.pem");
    effnet_test_run_command(folder,
                            MAKE_KEY "-subj /CN=other -keyout @/other.key -out @/other.pem");
    effnet_test_run_command(folder, MAKE_KEY "-subj /CN=localhost -addext "
                                             "subjectAltName=DNS:localhost -CA @/ca.pem -CAkey "
                                             "@/ca.key -keyout @/server.key -out @/server.pem");
    effnet_test_run_command(folder, MAKE_KEY "-subj /CN=cam0 -CA @/ca.pem -CAkey @/ca.key -keyout "
                                             "@/client.key -out @/client.pem");
}
