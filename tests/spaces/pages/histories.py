"""Pages made by hand that differ in where the history is kept and in what shows the reply."""

import gradio
from catalogue import *


def kept_turns(kept):
    """A history of [question, answer] as the chatbot of this version shows it."""
    log = []
    for question, reply in kept:
        log = replied(asked(log, question), reply)
    return log


def with_answer(kept, line):
    return [*kept, [line, answer(line, [question for question, _ in kept])]]


@page('p50', 'the history is kept in a State alone; the chatbot only shows it')
def in_state():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.State([]), chat(), gradio.Textbox(label='Message')

        def reply(line, kept):
            kept = with_answer(kept, line)
            return '', kept, kept_turns(kept)

        line.submit(reply, [line, kept], [line, kept, log])
    return blocks


@page('p51', 'a chatbot in the less usual form: messages on Gradio 4, pairs on 5', versions=UNTIL_5)
def other_form():
    with gradio.Blocks() as blocks:
        log = gradio.Chatbot(label='Chat', type='messages' if IS_4 else 'tuples')
        line = gradio.Textbox(label='Message')

        def reply(line, log):
            said = answer(line, users(log))
            if IS_4:
                return '', [*log, {'role': 'user', 'content': line}, {'role': 'assistant', 'content': said}]
            return '', [*log, [line, said]]

        line.submit(reply, [line, log], [line, log])
    return blocks


@page('p52', 'the chatbot begins with a greeting')
def greeting():
    with gradio.Blocks() as blocks:
        log, line = chat(value=told([], 'Good day, what can I do?')), gradio.Textbox(label='Message')
        line.submit(take, [line, log], [line, log]).then(finish, log, log)
    return blocks


@page('p53', 'two tabs with a chat each; the first is shown', box='Message')
def two_chats():
    with gradio.Blocks() as blocks:
        with gradio.Tab('First'):
            log, line = chat(), gradio.Textbox(label='Message')
            line.submit(talk, [line, log], [line, log])
        with gradio.Tab('Second'):
            other, words = chat(label='Other chat'), gradio.Textbox(label='Words')
            words.submit(lambda words, log: ('', replied(asked(log, words), f'OTHER {words}')), [words, other], [words, other])
    return blocks


@page('p54', 'the reply is Markdown without any chatbot; the history is kept in a State')
def markdown_reply():
    with gradio.Blocks() as blocks:
        kept, line, shown = gradio.State([]), gradio.Textbox(label='Message'), gradio.Markdown()

        def reply(line, kept):
            kept = with_answer(kept, line)
            for text in growing(kept[-1][1]):
                yield text, kept

        line.submit(reply, [line, kept], [shown, kept])
    return blocks


@page('p55', 'a thought with a title is a message of its own before the reply')
def thinking():
    with gradio.Blocks() as blocks:
        log, line = chat(**MESSAGES), gradio.Textbox(label='Message')

        def reply(line, log):
            told_before = users(log)
            log = [*log, {'role': 'user', 'content': line}]
            log.append({'role': 'assistant', 'content': 'considering', 'metadata': {'title': 'Thinking'}})
            yield '', log
            for text in growing(answer(line, told_before)):
                yield '', [*log, {'role': 'assistant', 'content': text}]

        line.submit(reply, [line, log], [line, log])
    return blocks


@page('p56', 'the reply is shown as JSON', replies=['ANSWER one', 'ANSWER two'], button='Ask')
def json_reply():
    with gradio.Blocks() as blocks:
        line, ask, shown = gradio.Textbox(label='Message'), gradio.Button('Ask'), gradio.JSON(label='Reply')
        ask.click(lambda line: {'reply': f'ANSWER {line}'}, line, shown)
    return blocks


@page('p57', 'the reply is shown as a label', replies=['ANSWER one', 'ANSWER two'], button='Ask')
def label_reply():
    with gradio.Blocks() as blocks:
        line, ask, shown = gradio.Textbox(label='Message'), gradio.Button('Ask'), gradio.Label(label='Kind')
        ask.click(lambda line: {f'ANSWER {line}': 0.75, 'something else': 0.25}, line, shown)
    return blocks


@page('p58', 'the load event makes the State that the answer needs', replies=replies(', opened'))
def state_by_load():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.State(), chat(), gradio.Textbox(label='Message')
        blocks.load(lambda: {'mark': 'opened'}, None, kept)

        def reply(line, log, kept):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, {kept["mark"]}')

        line.submit(reply, [line, log, kept], [line, log])
    return blocks


@page('p59', 'the State is made by a function of its own for each visitor', replies=replies(', 1 asked', ', 2 asked'))
def state_by_function():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.State(lambda: {'asked': 0}), chat(), gradio.Textbox(label='Message')

        def reply(line, log, kept):
            kept['asked'] += 1
            return '', replied(asked(log, line), f'{answer(line, users(log))}, {kept["asked"]} asked'), kept

        line.submit(reply, [line, log, kept], [line, log, kept])
    return blocks


@page('p60', 'the history is kept in the browser', versions=FROM_5)
def in_browser():
    with gradio.Blocks() as blocks:
        kept, log, line = gradio.BrowserState([], storage_key='pages', secret='pages'), chat(), gradio.Textbox(label='Message')

        def reply(line, kept):
            kept = with_answer(kept, line)
            return '', kept, kept_turns(kept)

        line.submit(reply, [line, kept], [line, kept, log])
        blocks.load(kept_turns, kept, log)
    return blocks


@page(
    'p61',
    'a box for a password stands before the message box',
    replies=replies(', key none'),
    setting=setting('Key', 'textbox', 'sesame', replies(', key of 6')),
)
def password():
    with gradio.Blocks() as blocks:
        key, log, line = gradio.Textbox(label='Key', type='password'), chat(), gradio.Textbox(label='Message')

        def reply(line, log, key):
            which = f'key of {len(key)}' if key else 'key none'
            return '', replied(asked(log, line), f'{answer(line, users(log))}, {which}')

        line.submit(reply, [line, log, key], [line, log])
    return blocks


@page('p62', 'a box that is not shown is an input and counts the messages', replies=replies(', mark a', ', mark ab'))
def hidden_box():
    with gradio.Blocks() as blocks:
        hidden, log, line = gradio.Textbox('a', label='Mark', visible=False), chat(), gradio.Textbox(label='Message')

        def reply(line, log, mark):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, mark {mark}'), f'{mark}b'

        line.submit(reply, [line, log, hidden], [line, log, hidden])
    return blocks


@page('p63', 'the reply is a box of text, the history is text in another box', replies=replies())
def in_text():
    with gradio.Blocks() as blocks:
        line, shown = gradio.Textbox(label='Message'), gradio.Textbox(label='Reply')
        past = gradio.Textbox(label='Asked so far')

        def reply(line, past):
            return answer(line, past.split()), f'{past} {line}'

        line.submit(reply, [line, past], [shown, past])
    return blocks
