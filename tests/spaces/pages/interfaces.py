"""Pages that are a gradio.ChatInterface or a gradio.Interface."""

import os

import gradio
from catalogue import *

TYPED = {} if IS_4 or IS_6 else {'type': 'messages'}


def whole(message, history):
    return answer(message, users(history))


def streamed(message, history):
    yield from growing(answer(message, users(history)))


@page('p01', 'ChatInterface with nothing beside the message', box=CHAT_BOX)
def plain():
    return gradio.ChatInterface(whole, **TYPED)


@page('p02', 'ChatInterface that streams', box=CHAT_BOX)
def streaming():
    return gradio.ChatInterface(streamed, **TYPED)


def counted(message, history):
    """Tells how long the message and the history are, so that a long past has a short reply."""
    texts = [text_of(turn['content']) if isinstance(turn, dict) else ''.join(turn) for turn in history]
    yield from growing(f'ANSWER {len(message)} after {len(users(history))} of {sum(map(len, texts))}')


@page('p15', 'ChatInterface that tells only the length of what it got', box=CHAT_BOX, replies=['ANSWER 3 after 0 of 0', 'ANSWER 3 after 1 of 24'])
def counting():
    return gradio.ChatInterface(counted, **TYPED)


@page(
    'p03',
    'ChatInterface with a system message and a slider as additional inputs',
    box=CHAT_BOX,
    replies=replies(', be brief, 4 words'),
    setting=setting('Words', 'slider', 7, replies(', be brief, 7 words')),
    system=setting('System message', 'textbox', 'be a poet', replies(', be a poet, 4 words')),
)
def additional():
    def reply(message, history, system, words):
        yield from growing(f'{answer(message, users(history))}, {system}, {words} words')

    inputs = [gradio.Textbox('be brief', label='System message'), gradio.Slider(1, 10, 4, step=1, label='Words')]
    return gradio.ChatInterface(reply, additional_inputs=inputs, **TYPED)


@page(
    'p04',
    'ChatInterface that takes files with the message',
    box=CHAT_BOX,
    replies=replies(', no file'),
    file={'label': None, 'name': 'note.txt', 'replies': replies(', file note.txt of 6', ', no file')},
)
def multimodal():
    def reply(message, history):
        paths = [file if isinstance(file, str) else file['path'] for file in message['files']]
        files = [f'file {os.path.basename(path)} of {os.path.getsize(path)}' for path in paths]
        # On 4 and 5 a file stands in the history by itself, and is no question.
        past = [text for text in map(question, history) if text]
        return f'{answer(message["text"], past)}, {", ".join(files) or "no file"}'

    def question(turn):
        if isinstance(turn, dict):
            content = turn['content'] if turn['role'] == 'user' else None
        else:
            content = turn[0]
        if isinstance(content, list):
            return ''.join(part.get('text', '') for part in content)
        return content if isinstance(content, str) else None

    return gradio.ChatInterface(reply, multimodal=True, **TYPED)


@page('p05', 'ChatInterface whose function is not for programs', versions=FROM_5, box=CHAT_BOX)
def kept_private():
    return gradio.ChatInterface(streamed, **private(), **TYPED)


@page('p06', 'ChatInterface inside the second of two tabs of a Blocks, which is the one shown', box=CHAT_BOX)
def in_tabs():
    with gradio.Blocks() as blocks:
        gradio.Markdown('# A page with tabs')
        with gradio.Tabs(selected=1):
            with gradio.Tab('About', id=0):
                notes = gradio.Textbox(label='Notes')
                gradio.Button('Save notes').click(lambda notes: notes, notes, notes)
            with gradio.Tab('Chat', id=1):
                gradio.ChatInterface(streamed, **TYPED)
    return blocks


@page('p07', 'ChatInterface in the less usual form: messages on Gradio 4, pairs on 5', versions=UNTIL_5, box=CHAT_BOX)
def other_form():
    return gradio.ChatInterface(streamed, type='messages' if IS_4 else 'tuples')


@page('p08', 'ChatInterface whose reply begins with a thought, a message with a title', versions=FROM_5, box=CHAT_BOX)
def thinking():
    def reply(message, history):
        thought = gradio.ChatMessage(role='assistant', content='considering', metadata={'title': 'Thinking'})
        yield thought
        for text in growing(answer(message, users(history))):
            yield [thought, gradio.ChatMessage(role='assistant', content=text)]

    return gradio.ChatInterface(reply, **TYPED)


@page(
    'p09',
    'ChatInterface whose additional inputs stand elsewhere on the page: dropdown, checkbox, radio',
    box=CHAT_BOX,
    replies=replies(', small, loud False, in prose'),
    setting=setting('Model', 'dropdown', 'large', replies(', large, loud False, in prose')),
)
def outside():
    def reply(message, history, model, loud, style):
        return f'{answer(message, users(history))}, {model}, loud {loud}, in {style}'

    with gradio.Blocks() as blocks:
        model = gradio.Dropdown(['small', 'large'], value='small', label='Model')
        loud = gradio.Checkbox(False, label='Loud')
        style = gradio.Radio(['prose', 'verse'], value='prose', label='Style')
        gradio.ChatInterface(reply, additional_inputs=[model, loud, style], **TYPED)
    return blocks


@page('p10', 'ChatInterface whose function is asynchronous and takes the request', box=CHAT_BOX)
def asynchronous():
    async def reply(message, history, request: gradio.Request):
        for text in growing(answer(message, users(history))):
            yield text

    return gradio.ChatInterface(reply, **TYPED)


@page('p11', 'ChatInterface with a greeting in a chatbot of its own, and examples', box=CHAT_BOX)
def greeting():
    log = chat(value=told([], 'Good day, what can I do?'))
    return gradio.ChatInterface(streamed, chatbot=log, examples=['three', 'four'], cache_examples=False, **TYPED)


@page('p12', 'Interface, text to text', box='Prompt', button='Submit', replies=['ANSWER one', 'ANSWER two'])
def text_to_text():
    return gradio.Interface(lambda prompt: f'ANSWER {prompt}', gradio.Textbox(label='Prompt'), gradio.Textbox(label='Reply'))


@page('p13', 'Interface, text to text, that streams', box='Prompt', button='Submit', replies=['ANSWER one', 'ANSWER two'])
def text_to_text_streaming():
    def reply(prompt):
        yield from growing(f'ANSWER {prompt}')

    return gradio.Interface(reply, gradio.Textbox(label='Prompt'), gradio.Textbox(label='Reply'))


@page(
    'p14',
    'Interface with a slider and a dropdown beside the text, whose reply is Markdown',
    box='Prompt',
    button='Submit',
    replies=['ANSWER one, 3, formal', 'ANSWER two, 3, formal'],
    setting=setting('Tone', 'dropdown', 'plain', ['ANSWER one, 3, plain', 'ANSWER two, 3, plain']),
)
def text_and_settings():
    inputs = [gradio.Textbox(label='Prompt'), gradio.Slider(1, 5, 3, step=1, label='Length')]
    tone = gradio.Dropdown(['formal', 'plain'], value='formal', label='Tone')
    return gradio.Interface(lambda *given: 'ANSWER {}, {}, {}'.format(*given), [*inputs, tone], gradio.Markdown(label='Reply'))
