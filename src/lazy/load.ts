/** Loads the module that few requests need, once an isolate needs it. It stands beside the Worker, so that no other request pays for it. */
export const loadLazy = () => import('./lazy.js');
