"""What is asked, in the words of each server: its own schema's, in the same shape."""

# Airdate's own. A list is a connection, and an id is global.
LIST = """query List {
  viewer {
    uploads(first: 25) {
      nodes {
        id title filename byteSize status createdAt
        productions {
          nodes {
            id title status progressPercent createdAt
            publications { nodes { id status publishedAt space { id slug name } } }
          }
        }
      }
    }
  }
}"""
DETAIL = """query Detail($id: ID!) {
  production(id: $id) {
    id title status progressPercent createdAt
    upload { id title filename byteSize status createdAt }
    publications { nodes { id status publishedAt space { id slug name } } }
  }
}"""
RENAME = """mutation Rename($input: UpdateUploadInput!) {
  updateUpload(input: $input) { upload { id title updatedAt } }
}"""
TYPENAME = "{ __typename }"

# With whole lists: for `growth`, where 20, which a list has if nothing is said, are too few.
LONG_LIST = LIST.replace("productions {", "productions(first: 100) {").replace(
    "publications {", "publications(first: 100) {"
)

# The peers' own. A list is a list, and an id is a row's: that much less to do for each object.
PEER_LIST = """query List {
  viewer {
    uploads(first: 25) {
      id title filename byteSize status createdAt
      productions {
        id title status progressPercent createdAt
        publications { id status publishedAt space { id slug name } }
      }
    }
  }
}"""
PEER_DETAIL = """query Detail($id: ID!) {
  production(id: $id) {
    id title status progressPercent createdAt
    upload { id title filename byteSize status createdAt }
    publications { id status publishedAt space { id slug name } }
  }
}"""

# PostGraphile's words are made of the tables' names; `rowId` is what the others call `id`.
GRAPHILE_LIST = """query List($owner: UUID!) {
  uploads: allUploadsList(
    condition: { ownerId: $owner }, first: 25, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]
  ) {
    id: rowId title filename byteSize status createdAt
    productions: productionsByUploadIdList(orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
      id: rowId title status progressPercent createdAt
      publications: publicationsByProductionIdList(orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
        id: rowId status publishedAt space: spaceBySpaceId { id: rowId slug name }
      }
    }
  }
}"""
GRAPHILE_DETAIL = """query Detail($id: UUID!) {
  production: productionByRowId(rowId: $id) {
    id: rowId title status progressPercent createdAt
    upload: uploadByUploadId { id: rowId title filename byteSize status createdAt }
    publications: publicationsByProductionIdList(orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) {
      id: rowId status publishedAt space: spaceBySpaceId { id: rowId slug name }
    }
  }
}"""
GRAPHILE_RENAME = """mutation Rename($id: UUID!, $title: String!, $now: Datetime!) {
  updateUpload: updateUploadByRowId(input: { rowId: $id, uploadPatch: { title: $title, updatedAt: $now } }) {
    upload { id: rowId title updatedAt }
  }
}"""
