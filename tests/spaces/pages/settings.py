"""Pages made by hand whose settings reach the function in different ways."""

import gradio
from catalogue import *

MODELS = {'near': ['small', 'large'], 'far': ['slow', 'fast']}


def ending_with(*names):
    """A function that answers and tells, in the order of its inputs, each further value behind its name."""

    def reply(line, log, *values):
        end = ''.join(f', {name} {value}' for name, value in zip(names, values))
        return '', replied(asked(log, line), answer(line, users(log)) + end)

    return reply


@page(
    'p70',
    'the load event fills the list of models and chooses one',
    replies=replies(', model small'),
    setting=setting('Model', 'dropdown', 'large', replies(', model large')),
)
def models_by_load():
    with gradio.Blocks() as blocks:
        model, log, line = gradio.Dropdown([], label='Model'), chat(), gradio.Textbox(label='Message')
        blocks.load(lambda: gradio.update(choices=['small', 'large'], value='small'), None, model)
        line.submit(ending_with('model'), [line, log, model], [line, log])
    return blocks


@page(
    'p71',
    'the choice of a provider fills the list of its models',
    replies=replies(', provider near, model small'),
    setting=setting('Provider', 'dropdown', 'far', replies(', provider far, model slow')),
)
def provider_then_model():
    with gradio.Blocks() as blocks:
        provider = gradio.Dropdown(list(MODELS), value='near', label='Provider')
        model = gradio.Dropdown(MODELS['near'], value='small', label='Model')
        log, line = chat(), gradio.Textbox(label='Message')
        provider.change(lambda name: gradio.update(choices=MODELS[name], value=MODELS[name][0]), provider, model)
        line.submit(ending_with('provider', 'model'), [line, log, provider, model], [line, log])
    return blocks


@page(
    'p72',
    'a slider reaches the answer through a State that its change writes',
    replies=replies(', heat 1'),
    setting=setting('Heat', 'slider', 2, replies(', heat 2')),
)
def slider_to_state():
    with gradio.Blocks() as blocks:
        kept, heat = gradio.State(1), gradio.Slider(0, 4, 1, step=1, label='Heat')
        log, line = chat(), gradio.Textbox(label='Message')
        heat.change(lambda heat: heat, heat, kept)
        line.submit(ending_with('heat'), [line, log, kept], [line, log])
    return blocks


@page(
    'p73',
    'a checkbox reaches the answer through a State that its change writes, two steps to the answer',
    replies=replies(', search False'),
    setting=setting('Search', 'checkbox', True, replies(', search True')),
)
def checkbox_to_state():
    with gradio.Blocks() as blocks:
        kept, search = gradio.State({'search': False}), gradio.Checkbox(False, label='Search')
        log, line = chat(), gradio.Textbox(label='Message')
        search.change(lambda search, kept: {**kept, 'search': search}, [search, kept], kept)

        def reply(log, kept):
            *past, newest = users(log)
            for text in growing(f'{answer(newest, past)}, search {kept["search"]}'):
                yield replied(log, text)

        line.submit(take, [line, log], [line, log]).then(reply, [log, kept], log)
    return blocks


@page(
    'p74',
    'the box of the system message is saved in a State when it is left',
    replies=replies(', system be brief'),
    system=setting('System prompt', 'textbox', 'be kind', replies(', system be kind')),
)
def blur_to_state():
    with gradio.Blocks() as blocks:
        kept, system = gradio.State('be brief'), gradio.Textbox('be brief', label='System prompt')
        log, line = chat(), gradio.Textbox(label='Message')
        system.blur(lambda system: system, system, kept)
        line.submit(ending_with('system'), [line, log, kept], [line, log])
    return blocks


@page(
    'p75',
    'the choice of a persona writes its system message into a box, which the answer takes',
    replies=replies(', system I teach'),
    setting=setting('Persona', 'radio', 'Pirate', replies(', system I sail')),
    system=setting('System message', 'textbox', 'I cook', replies(', system I cook')),
)
def personas():
    texts = {'Teacher': 'I teach', 'Pirate': 'I sail'}
    with gradio.Blocks() as blocks:
        persona = gradio.Radio(list(texts), value='Teacher', label='Persona')
        system = gradio.Textbox(texts['Teacher'], label='System message')
        log, line = chat(), gradio.Textbox(label='Message')
        persona.change(texts.get, persona, system)
        line.submit(ending_with('system'), [line, log, system], [line, log])
    return blocks


@page(
    'p76',
    'a system message and sliders are inputs of the step that answers, not of the one that takes the message',
    replies=replies(', be brief, 2'),
    setting=setting('Temperature', 'slider', 3, replies(', be brief, 3')),
    system=setting('System message', 'textbox', 'be kind', replies(', be kind, 2')),
)
def settings_of_second_step():
    with gradio.Blocks() as blocks:
        log, line = chat(), gradio.Textbox(label='Message')
        with gradio.Accordion('Settings', open=True):
            system = gradio.Textbox('be brief', label='System message')
            heat = gradio.Slider(0, 5, 2, step=1, label='Temperature')

        def reply(log, system, heat):
            *past, newest = users(log)
            for text in growing(f'{answer(newest, past)}, {system}, {heat}'):
                yield replied(log, text)

        line.submit(take, [line, log], [line, log], queue=False).then(reply, [log, system, heat], log)
    return blocks


@page(
    'p77',
    'the choice of a language changes what the message box is called, and is an input besides',
    box='css=#line textarea',
    replies=replies(', in English'),
    setting=setting('Language', 'radio', 'German', replies(', in German')),
)
def renamed_box():
    with gradio.Blocks() as blocks:
        language = gradio.Radio(['English', 'German'], value='English', label='Language')
        log, line = chat(), gradio.Textbox(label='Message', elem_id='line')
        language.change(lambda name: gradio.update(label='Nachricht' if name == 'German' else 'Message'), language, line)

        def reply(line, log, language):
            return '', replied(asked(log, line), f'{answer(line, users(log))}, in {language}')

        line.submit(reply, [line, log, language], [line, log])
    return blocks


@page(
    'p78',
    'a key that a button saves in a State opens the chat, which is not shown before',
    replies=replies(', key none'),
    setting=setting('Key', 'textbox', 'abc', replies(', key abc'), button='Save'),
)
def opened_by_a_key():
    with gradio.Blocks() as blocks:
        kept, key, save = gradio.State('none'), gradio.Textbox(label='Key'), gradio.Button('Save')
        with gradio.Column(visible=False) as hidden:
            log, line = chat(), gradio.Textbox(label='Message')
        save.click(lambda key: (key, gradio.update(visible=True)), key, [kept, hidden])
        line.submit(ending_with('key'), [line, log, kept], [line, log])
    return blocks
