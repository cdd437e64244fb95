/** Answers each request from the isolate that the header `x-isolate` names, and starts a new isolate for a new name. */
interface Env {
  LOADER: {
    get(
      name: string,
      code: () => object,
    ): { getEntrypoint(): { fetch(request: Request): Promise<Response> } };
  };
  CODE: string;
  COMPATIBILITY_DATE: string;
}

export default {
  fetch(request: Request, { LOADER, CODE, COMPATIBILITY_DATE }: Env): Promise<Response> {
    const isolate = LOADER.get(request.headers.get('x-isolate') ?? '', () => ({
      compatibilityDate: COMPATIBILITY_DATE,
      mainModule: 'index.js',
      modules: { 'index.js': CODE },
      // The Worker needs a binding to start. The bench's request does not query it.
      env: { DB: { prepare: null } },
    }));
    return isolate.getEntrypoint().fetch(request);
  },
};
