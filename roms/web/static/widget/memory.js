// What the browser remembers between two visits. Where storage is blocked, as in some third-party frames, it lasts as long as the page.

const PREFIX = "roms.widget.";

export function createMemory() {
  const storage = storageOrNull() ?? pageStorage();
  return {
    get: (key) => storage.getItem(PREFIX + key),
    set: (key, value) => keep(storage, PREFIX + key, value),
    drop: (key) => storage.removeItem(PREFIX + key),
    keys: (start) => storage.names().filter((name) => name.startsWith(PREFIX + start)).map((name) => name.slice(PREFIX.length)),
  };
}

function storageOrNull() {
  try {
    const local = window.localStorage;
    return {
      getItem: (key) => local.getItem(key),
      setItem: (key, value) => local.setItem(key, value),
      removeItem: (key) => local.removeItem(key),
      names: () => Object.keys(local),
    };
  } catch {
    return null; // the browser forbids it here
  }
}

function pageStorage() {
  const map = new Map();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, value),
    removeItem: (key) => map.delete(key),
    names: () => [...map.keys()],
  };
}

function keep(storage, key, value) {
  try {
    storage.setItem(key, value);
    return true;
  } catch {
    return false; // full: the message is still on the screen and will be sent from there
  }
}
