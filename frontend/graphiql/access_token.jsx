import { useId } from "react";

const KEY = "airdate.accessToken";

/** The token lives as long as the browser tab, and is never part of an address. */
export const storedToken = () => sessionStorage.getItem(KEY) ?? "";

export function storeToken(token) {
  if (token === "") sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}

export function AccessTokenField({ token, onChange }) {
  const id = useId();
  return (
    <form className="access-token" onSubmit={(event) => event.preventDefault()}>
      <strong>Airdate API</strong>
      <label htmlFor={id}>Access token</label>
      <input
        id={id}
        type="password"
        autoComplete="off"
        spellCheck={false}
        placeholder="kept in this browser tab only"
        value={token}
        onChange={(event) => onChange(event.target.value.trim().replace(/^bearer\s+/i, ""))}
      />
    </form>
  );
}
