import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Users: 'The users of the account. A token acts for one of them.',
};

export const docs = {
  listUsers: {
    tag: 'Users',
    summary: 'List the users',
    description: LISTED,
    answer: 'UsersPage',
    query: 'ListQuery',
  },
  createUser: { tag: 'Users', summary: 'Create a user', answer: 'UserResult', body: 'CreateUser' },
  findUsers: {
    tag: 'Users',
    summary: 'Find users by metadata',
    description: FOUND_BY_METADATA,
    answer: 'UsersResult',
    query: 'MetadataQuery',
  },
  getUser: { tag: 'Users', summary: 'Get a user', answer: 'UserResult' },
  changeUser: { tag: 'Users', summary: 'Update a user', answer: 'UserResult', body: 'UpdateUser' },
  revokeTokens: {
    tag: 'Users',
    summary: "Revoke a user's tokens",
    description:
      'Refuses every token that was issued to the user before `notBefore`, from the next request on.',
    answer: 'UserResult',
    body: 'RevokeTokens',
  },
  removeUser: {
    tag: 'Users',
    summary: 'Delete a user',
    description: 'Deletes everything that belongs to the user, too.',
    answer: 'UserResult',
  },
} as const satisfies Record<string, OperationDocs>;
