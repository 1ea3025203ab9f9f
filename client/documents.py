"""Every GraphQL document the client sends."""

CREATE_UPLOAD = """
mutation CreateUpload($input: CreateUploadInput!) {
  createUpload(input: $input) {
    upload { id status }
    userErrors { code message path }
  }
}
"""

TRANSFER = """
query Transfer($id: ID!) {
  upload(id: $id) {
    transfer {
      __typename
      ... on PresignedPost { url fields { name value } }
      ... on MultipartTransfer { partSize partCount uploadedParts { number } }
    }
  }
}
"""

PARTS = """
query Parts($id: ID!, $numbers: [Int!]!) {
  upload(id: $id) {
    transfer { ... on MultipartTransfer { parts(numbers: $numbers) { number url } } }
  }
}
"""

COMPLETE_UPLOAD = """
mutation CompleteUpload($input: CompleteUploadInput!) {
  completeUpload(input: $input) {
    upload { status }
    userErrors { code message path }
  }
}
"""

UPLOAD_STATUS = """
query UploadStatus($id: ID!) {
  upload(id: $id) { status rejection { code message } }
}
"""

SPACE = """
query Space($slug: String!) {
  space(slug: $slug) { id name }
}
"""

CREATE_PRODUCTION = """
mutation CreateProduction($input: CreateProductionInput!) {
  createProduction(input: $input) {
    production { id status }
    userErrors { code message path }
  }
}
"""

FOLLOW = """
subscription Follow($id: ID!, $after: String) {
  productionStatusChanged(id: $id, after: $after) {
    cursor
    status
    progressPercent
    phase
    production { render { error { code message remedy } } }
  }
}
"""

PUBLISH = """
mutation Publish($input: PublishInput!) {
  publish(input: $input) {
    publications { status space { name } }
    userErrors { code message path }
  }
}
"""

PLAYBACK = """
query Playback($id: ID!) {
  production(id: $id) { playback { hlsUrl mp4Url audioUrl embedUrl } }
}
"""
