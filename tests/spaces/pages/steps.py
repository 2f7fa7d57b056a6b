"""Pages made by hand that differ in the events and steps that lead from a message to its answer."""

import gradio
from catalogue import *


@page('p20', 'one function from Enter to the answer')
def one_step():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')
        line.submit(talk, [line, log], [line, log])
    return blocks


@page('p21', 'a step that takes the message, then one that streams the answer')
def two_steps():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')
        line.submit(take, [line, log], [line, log]).then(finish, log, log)
    return blocks


@page('p22', 'only the button sends', button='Send')
def button_only():
    with gradio.Blocks() as blocks:
        log, line, send = chat(), gradio.Textbox(label='Message'), gradio.Button('Send')
        send.click(talk, [line, log], [line, log])
    return blocks


@page('p23', 'Enter and the button are two events of the same function')
def enter_or_button():
    with gradio.Blocks() as blocks:
        log, line, send = chat(), gradio.Textbox(label='Message'), gradio.Button('Send')
        line.submit(talk, [line, log], [line, log])
        send.click(talk, [line, log], [line, log])
    return blocks


@page('p24', 'Enter and the button are one event with two triggers, followed by the answer')
def two_triggers():
    with gradio.Blocks() as blocks:
        log, line, send = chat(), gradio.Textbox(label='Message'), gradio.Button('Send')
        taken = gradio.on([line.submit, send.click], take, [line, log], [line, log])
        taken.then(finish, log, log)
    return blocks


@page('p25', 'a word counter that runs whenever the message box changes')
def word_counter():
    with gradio.Blocks() as blocks:
        log, line, words = chat(), gradio.Textbox(label='Message'), gradio.Markdown()
        line.change(lambda text: f'{len(text.split())} words', line, words)
        line.submit(take, [line, log], [line, log]).then(finish, log, log)
    return blocks


@page(
    'p26',
    'buttons that set a prompt and clear the chat stand before the one that sends',
    button='Send',
    replies=replies(', prompt none'),
    system=setting('Prompt', 'textbox', 'be kind', replies(', prompt be kind'), button='Set prompt'),
)
def other_buttons_first():
    with gradio.Blocks() as blocks:
        kept, log = gradio.State('none'), chat()
        prompt, save, clear = gradio.Textbox(label='Prompt'), gradio.Button('Set prompt'), gradio.Button('Clear')
        line, send = gradio.Textbox(label='Message'), gradio.Button('Send')
        save.click(lambda prompt: (prompt, told([], 'PROMPT SET')), prompt, [kept, log])
        clear.click(lambda: [], None, log)

        def reply(line, log, kept):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, prompt {kept}')

        send.click(reply, [line, log, kept], [line, log])
    return blocks


@page(
    'p27',
    'an address box whose Enter loads something into the chat',
    replies=replies(', about nothing'),
    setting=setting('Address', 'textbox', 'example', replies(', about example'), key='Enter'),
)
def address_box():
    with gradio.Blocks() as blocks:
        source = gradio.State('nothing')
        address, log, line = gradio.Textbox(label='Address'), chat(), gradio.Textbox(label='Message')
        address.submit(lambda address, log: (address, told(log, f'LOADED {address}')), [address, log], [source, log])

        def reply(line, log, source):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, about {source}')

        line.submit(reply, [line, log, source], [line, log])
    return blocks


@page('p28', 'a status box and a list of sources are outputs beside the chat')
def further_outputs():
    with gradio.Blocks() as blocks:
        status, log = gradio.Textbox('ready', label='Status'), chat()
        line, sources = gradio.Textbox(label='Message'), gradio.Markdown('no sources')

        def reply(line, log):
            yield '', 'working', asked(log, line), 'searching'
            for text in growing(answer(line, users(log))):
                yield '', 'writing', replied(asked(log, line), text), '1. first source'
            yield '', 'done', replied(asked(log, line), text), '1. first source\n2. second source'

        line.submit(reply, [line, log], [line, status, log, sources])
    return blocks


@page('p29', 'helpers have public names, the function that answers has none')
def named_helpers():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')
        out, shout, count = gradio.Textbox(label='Result'), gradio.Button('Shout'), gradio.Button('Count')
        shout.click(lambda line: line.upper(), line, out, api_name='predict')
        count.click(lambda log: str(len(log)), log, out, api_name='chat')
        line.submit(talk, [line, log], [line, log], **private())
    return blocks


@page('p30', 'Enter keeps the question in a State, whose change answers')
def state_change():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.State(''), chat(), gradio.Textbox(label='Message')
        line.submit(lambda line, log: ('', line, asked(log, line)), [line, log], [line, kept, log])
        kept.change(finish, log, log)
    return blocks


@page('p31', 'Enter moves the question to another box, whose change answers')
def box_change():
    with gradio.Blocks() as blocks:
        log, line, question = chat(), gradio.Textbox(label='Message'), gradio.Textbox(label='Question')
        line.submit(lambda line: ('', line), line, [line, question])
        question.change(lambda question, log: talk(question, log)[1], [question, log], log)
    return blocks


@page('p32', 'the first step does not wait in the queue')
def first_unqueued():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')
        line.submit(take, [line, log], [line, log], queue=False).then(finish, log, log)
    return blocks


@page('p33', 'the first step runs in the browser alone: it empties the box and moves the question')
def first_in_browser():
    with gradio.Blocks() as blocks:
        log, line, question = chat(), gradio.Textbox(label='Message'), gradio.Textbox(label='Question')
        moved = line.submit(None, line, [line, question], js='(line) => ["", line]')
        moved.then(lambda question, log: asked(log, question), [question, log], log).then(finish, log, log)
    return blocks


@page('p34', 'three functions run side by side when Enter is pressed')
def side_by_side():
    with gradio.Blocks() as blocks:
        log, line, status = chat(), gradio.Textbox(label='Message'), gradio.Textbox(label='Status')
        line.submit(lambda line, log: talk(line, log)[1], [line, log], log)
        line.submit(lambda line: f'{len(line)} characters', line, status)
        line.submit(lambda: '', None, line)
    return blocks


@page('p35', 'the answer follows only when the check before it succeeds')
def on_success():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')

        def check(line):
            if not line.strip():
                raise gradio.Error('Say something')

        line.submit(check, line, None).success(take, [line, log], [line, log]).success(finish, log, log)
    return blocks


@page('p36', 'the first model always fails, the step for failures answers', versions=ONLY_6)
def on_failure():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')

        def broken(line, log):
            raise gradio.Error('the first model is away')

        tried = line.submit(broken, [line, log], [line, log])
        tried.success(lambda: told([], 'NEVER'), None, log)
        tried.failure(talk, [line, log], [line, log])
    return blocks


@page('p37', 'a stream that locks the box, and whose last piece unlocks it and leaves the chat alone')
def unlocking():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')

        def reply(line, log):
            yield gradio.update(value='', interactive=False), asked(log, line)
            for text in growing(answer(line, users(log))):
                yield gradio.update(), replied(asked(log, line), text)
            yield gradio.update(interactive=True), gradio.update()

        line.submit(reply, [line, log], [line, log])
    return blocks


@page('p38', 'a stream that skips outputs, and whose last piece skips all of them', versions=FROM_5)
def skipping():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')

        def reply(line, log):
            yield '', asked(log, line)
            for text in growing(answer(line, users(log))):
                yield gradio.skip(), replied(asked(log, line), text)
            yield gradio.skip()

        line.submit(reply, [line, log], [line, log])
    return blocks


@page('p39', 'four steps: lock the buttons, take, answer, unlock; another button cancels', button='Send')
def four_steps():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')
        send, stop = gradio.Button('Send'), gradio.Button('Stop', interactive=False)
        buttons = [send, stop]
        locked = send.click(lambda: (gradio.update(interactive=False), gradio.update(interactive=True)), None, buttons, queue=False)
        answered = locked.then(take, [line, log], [line, log], queue=False).then(finish, log, log)
        answered.then(lambda: (gradio.update(interactive=True), gradio.update(interactive=False)), None, buttons, queue=False)
        stop.click(None, None, None, cancels=[answered])
    return blocks
