/** Two screens: a name is asked for, then a yard is played in. Unmounting the yard is what gives the seat back. */
import { type FormEvent, useEffect, useState } from 'react';
import { stayAs, stayedAs } from './stay.ts';
import { firstLanguage, rememberLanguage, WORDS, type Words } from './words.ts';
import { Yard } from './yard.tsx';

const NAME_LENGTH_MAX = 32;
const wishes = new URLSearchParams(location.search);

export function App() {
  const [language, setLanguage] = useState(firstLanguage);
  const [name, setName] = useState(() => trimName(wishes.get('name') ?? stayedAs() ?? ''));
  const words = WORDS[language];

  useEffect(() => {
    document.documentElement.lang = language;
    document.title = words.pageTitle;
  }, [language, words]);

  const play = (next: string): void => {
    stayAs(next);
    setName(next);
  };

  const changeLanguage = (): void => {
    const next = language === 'ko' ? 'en' : 'ko';
    rememberLanguage(next);
    setLanguage(next);
  };

  return (
    <>
      <header className="top">
        <a className="brand" href="/">
          <span className="off-screen">{words.home}</span>
          <svg viewBox="0 0 208 108" aria-hidden="true">
            <path d="M10 22H50V78H10ZM72 8V98M72 50H92M152 14H116V50H154M176 6V58M176 32H196M147 68a16 16 0 1 0 .1 0" />
          </svg>
        </a>
        <h1>{words.title}</h1>
        <button id="language" className="tool" type="button" onClick={changeLanguage}>
          {words.otherLanguage}
        </button>
      </header>
      {name === '' ? (
        <Menu words={words} play={play} />
      ) : (
        <Yard name={name} room={wishes.get('room')} words={words} leave={() => play('')} />
      )}
    </>
  );
}

function Menu({ words, play }: { words: Words; play: (name: string) => void }) {
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    play(trimName(String(new FormData(event.currentTarget).get('name') ?? '')));
  };
  return (
    <main className="menu board">
      <p>{words.lead}</p>
      <form onSubmit={submit}>
        <label htmlFor="name">{words.yourName}</label>
        <div className="menu-row">
          <input id="name" name="name" type="text" autoComplete="nickname" spellCheck={false} required />
          <button id="play" className="go" type="submit">
            {words.play}
          </button>
        </div>
      </form>
    </main>
  );
}

/** As the server takes names: without space around them, 1 to 32 characters. */
function trimName(name: string): string {
  return [...name.trim()].slice(0, NAME_LENGTH_MAX).join('').trim();
}
