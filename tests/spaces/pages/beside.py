"""Pages made by hand on which functions run beside each other: handlers of one event, and a change of what still grows."""

import threading
from collections import defaultdict

import gradio
from catalogue import *

PATIENCE = 5.0


@page('p40', 'Enter fires two functions, and the one that answers waits until the other has begun', versions=UNTIL_5, replies=replies(', noted'))
def two_handlers():
    noted = defaultdict(threading.Event)
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')

        def reply(line, log, request: gradio.Request):
            is_noted = noted[request.session_hash, line].wait(PATIENCE)
            return '', replied(asked(log, line), answer(line, users(log)) + (', noted' if is_noted else ', not noted'))

        def note(line, request: gradio.Request):
            noted[request.session_hash, line].set()

        line.submit(reply, [line, log], [line, log])
        line.submit(note, line, None)
    return blocks


@page('p43', 'Enter fires two functions, and the one that answers reads what the first has written', versions=ONLY_6)
def one_after_the_other():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')
        line.submit(take, [line, log], [line, log])
        line.submit(finish, log, log)
    return blocks


@page('p44', 'the first model always fails, and what follows it answers in its place', versions=UNTIL_5)
def after_a_failure():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')

        def broken(line, log):
            raise gradio.Error('the first model is away')

        line.submit(broken, [line, log], [line, log]).then(talk, [line, log], [line, log])
    return blocks


@page('p41', 'a draft grows beside the chat, and its change shows it there while it grows', replies=replies(', followed'))
def change_while_growing():
    followed = defaultdict(threading.Event)
    with gradio.Blocks() as blocks:
        log, line, draft = chat(), gradio.Textbox(label='Message'), gradio.Textbox(label='Draft')

        def write(log, request: gradio.Request):
            *past, newest = users(log)
            yield 'ANSWER'
            is_followed = followed[request.session_hash, newest].wait(PATIENCE)
            yield answer(newest, past) + (', followed' if is_followed else ', not followed')

        def show(draft, log, request: gradio.Request):
            newest = users(log)[-1]
            followed[request.session_hash, newest].set()
            return replied(log if IS_4 else log[: 2 * len(users(log)) - 1], draft)

        line.submit(take, [line, log], [line, log]).then(write, log, draft)
        draft.change(show, [draft, log], log)
    return blocks


@page('p42', 'a State whose value a function makes as the page opens', replies=replies(', made here'))
def made_state():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.State(lambda: ['made here']), chat(), gradio.Textbox(label='Message')

        def reply(line, log, kept):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, {kept[0]}')

        line.submit(reply, [line, log, kept], [line, log])
    return blocks
