# SPDX-License-Identifier: BSD-2-Clause
"""librdkafka's mock cluster, which is what the plugin writes to in tests."""
import ctypes
import json

PRODUCER, CONSUMER = 0, 1
BEGINNING = -2


class Message(ctypes.Structure):
    """The beginning of rd_kafka_message_t."""
    _fields_ = [("error", ctypes.c_int), ("topic", ctypes.c_void_p), ("partition", ctypes.c_int32),
                ("payload", ctypes.c_void_p), ("length", ctypes.c_size_t),
                ("key", ctypes.c_void_p), ("key_length", ctypes.c_size_t)]


def load():
    """The library; None where it is not installed."""
    try:
        library = ctypes.CDLL("librdkafka.so.1")
    except OSError:
        return None
    for name in ("conf_new", "new", "mock_cluster_new", "topic_new"):
        getattr(library, f"rd_kafka_{name}").restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    library.rd_kafka_consume.restype = ctypes.POINTER(Message)
    return library


class Mock:
    """For a with statement; address is HOST:PORT."""

    def __init__(self):
        self.library = load()
        assert self.library, "librdkafka is not installed"
        self.owner = self.client(PRODUCER)
        self.cluster = ctypes.c_void_p(self.library.rd_kafka_mock_cluster_new(self.owner, 1))
        self.address = self.library.rd_kafka_mock_cluster_bootstraps(self.cluster).decode()

    def client(self, kind, **settings):
        conf = ctypes.c_void_p(self.library.rd_kafka_conf_new())
        reason = ctypes.create_string_buffer(512)
        for key, value in {"log_level": "0", **settings}.items():
            done = self.library.rd_kafka_conf_set(conf, key.replace("_servers", ".servers").encode(),
                                                  value.encode(), reason, len(reason))
            assert done == 0, reason.value
        client = self.library.rd_kafka_new(kind, conf, reason, len(reason))
        assert client, reason.value
        return ctypes.c_void_p(client)

    def read(self, topic, count):
        """COUNT records of TOPIC, each its key and its JSON."""
        self.create(topic)
        client = self.client(CONSUMER, bootstrap_servers=self.address)
        handle = ctypes.c_void_p(self.library.rd_kafka_topic_new(client, topic.encode(), None))
        assert self.library.rd_kafka_consume_start(handle, 0, ctypes.c_int64(BEGINNING)) == 0
        records = []
        while len(records) < count:
            message = self.library.rd_kafka_consume(handle, 0, 30000)
            assert message, f"{len(records)} records came, not {count}"
            if message.contents.error == 0:
                key, payload = (ctypes.string_at(pointer, length).decode() for pointer, length in (
                    (message.contents.key, message.contents.key_length),
                    (message.contents.payload, message.contents.length)))
                records.append((key, json.loads(payload)))
            self.library.rd_kafka_message_destroy(message)
        self.library.rd_kafka_consume_stop(handle, 0)
        self.library.rd_kafka_topic_destroy(handle)
        self.library.rd_kafka_destroy(client)
        return records

    def create(self, topic):
        """Makes TOPIC, of one partition, unless it is there."""
        self.library.rd_kafka_mock_topic_create(self.cluster, topic.encode(), 1, 1)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.library.rd_kafka_mock_cluster_destroy(self.cluster)
        self.library.rd_kafka_destroy(self.owner)
