"""Lists read by one statement with those above them: whose row is whose, and where each begins and ends."""

from tests.factories import make_production, make_publication, make_space, make_token, make_upload, make_user

PAGES = """
query ($uploads: Int, $productions: Int, $publications: Int, $afterUpload: String, $afterProduction: String) {
  uploads(first: $uploads, after: $afterUpload) {
    pageInfo { hasNextPage endCursor }
    nodes {
      title
      productions(first: $productions, after: $afterProduction) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { cursor node {
          title
          publications(first: $publications) { totalCount pageInfo { hasNextPage } nodes { space { name } } }
        } }
      }
      again: productions(first: 1) { nodes { title } }
    }
  }
}
"""


async def test_pages_of_pages_of_pages(graphql):
    owner = await make_user()
    spaces = [await make_space(owner) for n in range(3)]
    for upload_number, productions in enumerate((3, 0, 2)):
        upload = await make_upload(owner, title=f"upload {upload_number}")
        for number in range(productions):
            title = f"production {upload_number}.{number}"
            production = await make_production(owner, upload=upload, title=title)
            for space in spaces[:number]:
                await make_publication(production, space)
    token = await make_token(owner)

    async def ask(**variables):
        return (await graphql(PAGES, variables, token=token))["uploads"]

    def titles(page):
        return [
            (node["title"], [edge["node"]["title"] for edge in node["productions"]["edges"]])
            for node in page["nodes"]
        ]

    first = await ask(uploads=2, productions=1, publications=1)
    assert titles(first) == [("upload 2", ["production 2.1"]), ("upload 1", [])]
    assert [node["productions"]["totalCount"] for node in first["nodes"]] == [2, 0]
    assert [node["productions"]["pageInfo"]["hasNextPage"] for node in first["nodes"]] == [True, False]
    assert [node["again"]["nodes"] for node in first["nodes"]] == [[{"title": "production 2.1"}], []]
    assert first["pageInfo"]["hasNextPage"] is True
    [edge] = first["nodes"][0]["productions"]["edges"]
    assert edge["node"]["publications"] == {
        "totalCount": 1,
        "pageInfo": {"hasNextPage": False},
        "nodes": [{"space": {"name": spaces[0].name}}],
    }

    rest = await ask(uploads=2, afterUpload=first["pageInfo"]["endCursor"], publications=1)
    [oldest] = rest["nodes"]
    assert titles(rest) == [("upload 0", ["production 0.2", "production 0.1", "production 0.0"])]
    assert rest["pageInfo"]["hasNextPage"] is False
    assert [
        (edge["node"]["publications"]["totalCount"], edge["node"]["publications"]["pageInfo"]["hasNextPage"])
        for edge in oldest["productions"]["edges"]
    ] == [(2, True), (1, False), (0, False)]

    both = await ask(
        afterUpload=first["pageInfo"]["endCursor"],
        afterProduction=oldest["productions"]["edges"][0]["cursor"],
    )
    assert titles(both) == [("upload 0", ["production 0.1", "production 0.0"])]
    assert both["nodes"][0]["productions"]["pageInfo"]["hasPreviousPage"] is True
    assert both["nodes"][0]["productions"]["totalCount"] == 3
