/** The three ways to connect: tabs for languages, coloured code, and a button that copies the program whole. */
import { byId, make } from './dom.ts';
import { highlighted } from './highlight.ts';
import { type Snippet, snippetsFor } from './snippets.ts';
import type { Words } from './words.ts';

const COPIED_MS = 2000;

export interface Ways {
  words(words: Words): void;
}

export function showWays(origin: string): Ways {
  const copyButtons: HTMLButtonElement[] = [];
  let words: Words | null = null;

  for (const [way, snippets] of Object.entries(snippetsFor(origin))) {
    const place = byId(`way-${way}`, HTMLElement);
    const tabs = make('div', 'tabs');
    tabs.setAttribute('role', 'tablist');
    const panels = snippets.map((snippet) => panelFor(snippet));
    const buttons = snippets.map((snippet, index) => {
      const tab = make('button', 'tab', snippet.tab);
      tab.type = 'button';
      tab.id = `tab-${snippet.id}`;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', `panel-${snippet.id}`);
      tab.addEventListener('click', () => choose(index));
      tab.addEventListener('keydown', (event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        const next = (index + (event.key === 'ArrowRight' ? 1 : snippets.length - 1)) % snippets.length;
        choose(next);
        buttons[next]?.focus();
      });
      return tab;
    });
    tabs.append(...buttons);

    const choose = (chosen: number): void => {
      for (const [index, tab] of buttons.entries()) {
        tab.setAttribute('aria-selected', String(index === chosen));
        tab.tabIndex = index === chosen ? 0 : -1;
      }
      for (const [index, panel] of panels.entries()) panel.hidden = index !== chosen;
    };
    choose(0);

    const copy = make('button', 'copy');
    copy.type = 'button';
    copy.dataset.copy = way;
    copy.addEventListener('click', async () => {
      const shown = panels.find((panel) => !panel.hidden)?.querySelector('code');
      if (shown === null || shown === undefined) return;
      const copied = await copyCode(shown);
      if (words === null) return;
      copy.textContent = copied ? words.copied : words.copyByHand;
      copy.classList.add('done');
      setTimeout(() => {
        copy.classList.remove('done');
        copy.textContent = words?.copy ?? '';
      }, COPIED_MS);
    });
    copyButtons.push(copy);

    const head = make('div', 'code-head');
    head.append(tabs, copy);
    place.append(head, ...panels);
  }

  return {
    words(next) {
      words = next;
      for (const button of copyButtons) button.textContent = next.copy;
    },
  };
}

function panelFor(snippet: Snippet): HTMLElement {
  const panel = make('div', 'code-panel');
  panel.id = `panel-${snippet.id}`;
  panel.setAttribute('role', 'tabpanel');
  panel.setAttribute('aria-labelledby', `tab-${snippet.id}`);
  const pre = make('pre');
  // Long lines scroll sideways; the keyboard must be able to as well.
  pre.tabIndex = 0;
  const code = make('code');
  code.dataset.snippet = snippet.id;
  code.translate = false;
  code.append(highlighted(snippet.code, snippet.language));
  pre.append(code);
  panel.append(pre);
  return panel;
}

/** Where the clipboard is closed to pages the program is selected instead, one key press from being copied. */
async function copyCode(code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}
