import { FOUND_BY_METADATA, LISTED, type OperationDocs } from '../../operation-docs.ts';

/** The groups of these operations in the reference. */
export const tags = {
  Users: 'The users of your account. A token acts for one user.',
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
    codes: ['answer-too-large'],
  },
  getUser: { tag: 'Users', summary: 'Get a user', answer: 'UserResult' },
  changeUser: {
    tag: 'Users',
    summary: 'Update a user',
    answer: 'UserResult',
    body: 'UpdateUser',
    codes: ['quota-exceeded'],
  },
  revokeTokens: {
    tag: 'Users',
    summary: "Revoke a user's tokens",
    description:
      'From the next request on, the service refuses every token of the user that was issued before `notBefore`.',
    answer: 'UserResult',
    body: 'RevokeTokens',
  },
  removeUser: {
    tag: 'Users',
    summary: 'Delete a user',
    description: 'Also deletes everything that belongs to the user.',
    answer: 'UserResult',
  },
} as const satisfies Record<string, OperationDocs>;
