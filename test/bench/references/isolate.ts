/** Answers each request from an isolate of its own: the one that the header `x-isolate` names, made when it is new. */
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
      // The Worker does not start without a database; it is not asked for anything.
      env: { DB: { prepare: null } },
    }));
    return isolate.getEntrypoint().fetch(request);
  },
};
