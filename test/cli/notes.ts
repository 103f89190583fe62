/** The charter of a little API of notes: read and closed by their owner, and closed once. */
export const charterText = `lockstep: 1
name: notes
sources: [{ name: notes, type: openapi, url: openapi.yaml }]
actors: { user: {} }
objects:
  note:
    owner: /ownerId
    state: /status
    read: notes.getNote
    states: [open, closed]
    final: closed
    transitions:
      create: { on: notes.createNote, to: open, by: user }
      close: { on: notes.closeNote, from: open, to: closed, by: owner, once: true }
operations: { notes.getNote: { by: owner } }
`

/** What the API says of itself. */
export const descriptionText = `openapi: 3.1.0
info: { title: notes, version: '1' }
paths:
  /notes:
    post: { operationId: createNote, responses: { '201': { description: made, content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } } } }
  /notes/{id}:
    parameters: [{ in: path, name: id, required: true, schema: { type: string } }]
    get: { operationId: getNote, responses: { '200': { description: it, content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } } } }
  /notes/{id}/close:
    parameters: [{ in: path, name: id, required: true, schema: { type: string } }]
    post: { operationId: closeNote, responses: { '200': { description: closed, content: { application/json: { schema: { $ref: '#/components/schemas/Note' } } } } } }
components:
  schemas:
    Note: { type: object, required: [id, ownerId, status], properties: { id: { type: string }, ownerId: { type: string }, status: { type: string } } }
`

/** Alice and Bob, with the tokens of their names; in `login`, NAME stands for the name in capitals. */
export function identitiesText(login: string): string {
  const person = (each: string): string => `
  ${each}:
    actor: user
    principal: { id: ${each} }
    headers: { Authorization: "Bearer \${env:${each.toUpperCase()}}" }
    ${login.replaceAll('NAME', each.toUpperCase())}`
  return `lockstep-identities: 1
targets: { notes: "http://127.0.0.1:9" }
identities: ${person('alice')}${person('bob')}
`
}
