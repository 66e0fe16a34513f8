# SPDX-License-Identifier: BSD-2-Clause
import locale
import os
import subprocess
import sys

import tap
from tap import COMMANDS, effnet, effnet_fails

def test_help_lists_commands():
    text = effnet("--help")
    for command in COMMANDS:
        assert f"  {command} " in text


def test_help_of_each_command():
    for command in COMMANDS:
        text = effnet(command, "--help")
        assert f"effnet {command}" in text
        # A command that computes nothing has no instruction set.
        assert ("--isa" in text and "avx512" in text) == (command != "fetch"), command


def test_version():
    name, version = effnet("--version").split()
    assert name == "effnet" and version[0].isdigit()


def test_no_command():
    effnet_fails(says="a command is missing")


def test_unknown_command():
    effnet_fails("brew", says='"brew"')


def test_full_disk():
    with open("/dev/full", "w") as full:
        done = subprocess.run([tap.EFFNET, "arch", "b0"], stdout=full, stderr=subprocess.PIPE,
                              text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1


def test_numbers_do_not_depend_on_locale():
    try:
        locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
    except locale.Error as error:
        raise tap.Skip("the locale de_DE.UTF-8 is missing (locales; dpkg-reconfigure locales makes it)") from error
    assert effnet("arch", "b0", LC_ALL="de_DE.UTF-8") == effnet("arch", "b0", LC_ALL="C")


def test_commands_load_little():
    """No plugins are searched for where none is needed: the program starts in milliseconds."""
    effnet("arch", "b0", GST_REGISTRY="/nonexistent/registry", GST_PLUGIN_SCANNER="/bin/false")
    assert not os.path.exists("/nonexistent")


tap.run(sys.modules[__name__])
