/** A link that joins this very room, put where it can be pasted. */

export function inviteLink(roomId: string): string {
  const link = new URL(location.pathname, location.origin);
  link.searchParams.set('room', roomId);
  return link.href;
}

/** Answers false where the browser lets nobody copy; then the link has to be shown. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not on https, or not allowed: the old way still works in most places.
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'off-screen';
  field.readOnly = true;
  document.body.append(field);
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
  }
}
