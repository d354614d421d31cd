using System.Text;

namespace Mimir.Gateway.Tests.BadRequests;

/// <summary>One thing that a client can get wrong, and what it is told.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Status">The HTTP status it is answered with; 0: the connection is closed without a word.</param>
/// <param name="Field">The field that the error names; null: it is no field's fault.</param>
/// <param name="Bytes">The request as it goes over the socket.</param>
/// <param name="Says">Words that the message must have.</param>
/// <param name="HalfClose">The client closes its sending side at the end.</param>
public sealed record BadRequest(string Name, int Status, string? Field, byte[] Bytes, string Says, bool HalfClose = false)
{
    private const string Chat = "/v1/chat/completions", Completion = "/v1/completions", Joint = "/mimir/v1/joint";
    private const string Head = "{\"model\":\"stories260K\",";
    private const string Hello = Head + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<BadRequest> All { get; } =
    [
        // What is no JSON object.
        Post("an empty body", 400, null, Chat, "", "empty"),
        Post("a truncated object", 400, null, Chat, "{\"model\":\"stor", "no valid JSON"),
        Post("a comma too many", 400, null, Chat, Hello + "}", "no valid JSON"),
        Post("a comment", 400, null, Chat, "{/* hi */}", "no valid JSON"),
        Post("single quotes", 400, null, Chat, "{'model':'stories260K'}", "no valid JSON"),
        Post("text behind the object", 400, null, Chat, Hello + "\"n\":1} x", "no valid JSON"),
        Post("an array", 400, null, Chat, "[]", "JSON array"),
        Post("a string", 400, null, Chat, "\"hi\"", "JSON string"),
        Post("null", 400, null, Chat, "null", "JSON null"),
        Post("a name twice", 400, null, Chat, Hello + "\"seed\":1,\"seed\":2}", "seed"),
        Post("a name twice, escaped", 400, null, Chat, Hello + "\"seed\":1,\"\\u0073eed\":2}", "seed"),
        Post("nesting of ten thousand", 400, null, Chat, Hello + "\"metadata\":" + new string('[', 10_000) + new string(']', 10_000) + "}", "depth"),
        Post("nesting of forty", 400, null, Completion, Head + "\"prompt\":" + new string('[', 40) + new string(']', 40) + "}", "depth"),
        new("bytes that are no UTF-8", 400, null, RawHttp.Request("POST", Chat, [.. Encoding.UTF8.GetBytes(Head + "\"user\":\""), 0xC3, 0x28, 0xFF, .. "\"}"u8]), "UTF-8"),
        new("UTF-16", 400, null, RawHttp.Request("POST", Chat, Encoding.Unicode.GetBytes(Hello + "\"n\":1}")), ""),
        Post("NaN", 400, null, Chat, Hello + "\"temperature\":NaN}", "no valid JSON"),
        Post("half a character", 400, "messages[0].content", Chat, Head + "\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}", "surrogate"),

        // Wrong types and values.
        Post("no model", 400, "model", Chat, "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", "required"),
        Post("a model that is a number", 400, "model", Chat, "{\"model\":5,\"messages\":[]}", "JSON number"),
        Post("a model that is not there", 404, "model", Chat, "{\"model\":\"gpt-9\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}", "stories260K"),
        Post("no messages", 400, "messages", Chat, "{\"model\":\"stories260K\"}", "required"),
        Post("messages that are null", 400, "messages", Chat, Head + "\"messages\":null}", "required"),
        Post("no message", 400, "messages", Chat, Head + "\"messages\":[]}", "at least one"),
        Post("messages that are a text", 400, "messages", Chat, Head + "\"messages\":\"Hi\"}", "list"),
        Post("a message that is a text", 400, "messages[0]", Chat, Head + "\"messages\":[\"Hi\"]}", "object"),
        Post("a message without a role", 400, "messages[0].role", Chat, Head + "\"messages\":[{\"content\":\"Hi\"}]}", "required"),
        Post("a role that nobody has", 400, "messages[0].role", Chat, Head + "\"messages\":[{\"role\":\"king\",\"content\":\"Hi\"}]}", "user"),
        Post("a tool's message", 400, "messages[0].role", Chat, Head + "\"messages\":[{\"role\":\"tool\",\"content\":\"Hi\"}]}", "tools"),
        Post("a message without content", 400, "messages[1].content", Chat, Head + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"user\"}]}", "required"),
        Post("a picture", 400, "messages[0].content[0].type", Chat, Head + "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"x\"}}]}]}", "text"),
        Post("a message with a field too many", 400, "messages[0].audio", Chat, Head + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\",\"audio\":{}}]}", "not supported"),
        Post("negative max_tokens", 400, "max_tokens", Chat, Hello + "\"max_tokens\":-5}", "1.."),
        Post("max_tokens of none", 400, "max_tokens", Chat, Hello + "\"max_tokens\":0}", "1.."),
        Post("max_tokens with a point", 400, "max_tokens", Chat, Hello + "\"max_tokens\":1.5}", "whole number"),
        Post("max_tokens as a text", 400, "max_tokens", Chat, Hello + "\"max_tokens\":\"5\"}", "JSON string"),
        Post("max_tokens beyond all numbers", 400, "max_completion_tokens", Chat, Hello + "\"max_completion_tokens\":1e99}", "whole number"),
        Post("two limits", 400, "max_tokens", Chat, Hello + "\"max_tokens\":5,\"max_completion_tokens\":6}", "something else"),
        Post("a negative temperature", 400, "temperature", Chat, Hello + "\"temperature\":-0.1}", "0..2"),
        Post("too hot", 400, "temperature", Chat, Hello + "\"temperature\":2.5}", "0..2"),
        Post("a temperature beyond all numbers", 400, "temperature", Chat, Hello + "\"temperature\":1e999}", "0..2"),
        Post("stream as a text", 400, "stream", Chat, Hello + "\"stream\":\"yes\"}", "true or false"),
        Post("stream_options without a stream", 400, "stream_options", Chat, Hello + "\"stream_options\":{}}", "stream: true"),
        Post("stream_options with something else", 400, "stream_options.speed", Chat, Hello + "\"stream\":true,\"stream_options\":{\"speed\":1}}", "not supported"),
        Post("no choice", 400, "n", Chat, Hello + "\"n\":0}", "1.."),
        Post("very many choices", 400, "n", Chat, Hello + "\"n\":1000}", "1.."),
        Post("a stop that is a number", 400, "stop", Chat, Hello + "\"stop\":7}", "list"),
        Post("a seed that is a text", 400, "seed", Chat, Hello + "\"seed\":\"x\"}", "whole number"),
        Post("a bias of no token", 400, "logit_bias", Chat, Hello + "\"logit_bias\":{\"x\":1}}", "number"),

        // What a secure session cannot do is refused by its name.
        Post("top_p where nobody sees logits", 400, "top_p", Chat, Hello + "\"top_p\":0.5}", "logits"),
        Post("a bias where nobody sees logits", 400, "logit_bias", Chat, Hello + "\"logit_bias\":{\"5\":1}}", "logits"),
        Post("probabilities where nobody sees logits", 400, "logprobs", Chat, Hello + "\"logprobs\":true}", "logits"),
        Post("tools", 400, "tools", Chat, Hello + "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}", "not supported"),
        Post("a format", 400, "response_format", Chat, Hello + "\"response_format\":{\"type\":\"json_object\"}}", "constrained"),
        Post("a field that nobody knows", 400, "magic", Chat, Hello + "\"magic\":1}", "does not know"),
        Post("to be stored", 400, "store", Chat, Hello + "\"store\":true}", "stored"),
        Post("several prompts", 400, "prompt", Completion, Head + "\"prompt\":[\"a\",\"b\"]}", "several"),
        Post("an empty prompt", 400, "prompt", Completion, Head + "\"prompt\":\"\"}", "at least one"),
        Post("a token that the model has not", 400, "prompt[1]", Completion, Head + "\"prompt\":[1,99999]}", "token"),
        Post("a suffix", 400, "suffix", Completion, Head + "\"prompt\":\"a\",\"suffix\":\"b\"}", "suffix"),
        Post("embeddings", 501, "model", "/v1/embeddings", Head + "\"input\":\"a\"}", "hidden states"),
        Post("a prompt longer than the context", 400, "prompt", Completion, Head + "\"max_tokens\":10,\"prompt\":\"" + string.Concat(Enumerable.Repeat("hello there ", 900)) + "\"}", "tokens of the prompt and 10"),
        Post("an answer longer than the context", 400, "prompt", Completion, Head + "\"max_tokens\":100000,\"prompt\":\"a\"}", "100000"),

        // HTTP itself.
        Post("a body that is too long", 413, null, Chat, Hello + "\"user\":\"" + new string('x', 200_000) + "\"}", "at most"),
        new("a body that says it is enormous", 413, null, Encoding.ASCII.GetBytes($"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n"), "at most"),
        new("chunks without end", 413, null, [.. Encoding.ASCII.GetBytes($"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"), .. Enumerable.Repeat(Encoding.ASCII.GetBytes($"4000\r\n{new string(' ', 0x4000)}\r\n"), 8).SelectMany(b => b)], "too long"),
        new("another content type", 415, "content-type", RawHttp.Request("POST", Chat, Encoding.UTF8.GetBytes(Hello + "\"n\":1}"), "text/plain"), "application/json"),
        new("no content type", 415, "content-type", RawHttp.Request("POST", Chat, Encoding.UTF8.GetBytes(Hello + "\"n\":1}"), ""), "application/json"),
        new("another method", 405, null, RawHttp.Request("GET", Chat, []), "POST"),
        new("another path", 404, null, RawHttp.Request("POST", "/v1/responses", "{}"u8.ToArray()), "/v1/responses"),
        new("a path out of the page", 404, null, RawHttp.Request("GET", "/../../etc/passwd", []), ""),
        new("another host", 403, "host", RawHttp.Request("GET", "/v1/models", [], host: "evil.example"), "gateway.hosts"),
        new("another page", 403, "origin", RawHttp.Request("GET", "/v1/models", [], extra: "Origin: https://evil.example\r\n"), "cors_origins"),
        new("a page's question before it asks", 403, "origin", RawHttp.Request("OPTIONS", Chat, [], extra: "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n"), "cors_origins"),
        new("a client that stops in the middle", 408, null, Encoding.ASCII.GetBytes($"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"), "slowly"),
        // Half a request has no answer: the server closes its side too.
        new("a client that closes its side in the middle", 0, null, Encoding.ASCII.GetBytes($"POST {Chat} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"), "", HalfClose: true),
        new("a client that closes its side behind a bad request", 400, "max_tokens", RawHttp.Request("POST", "/v1/completions", "{\"model\":\"stories260K\",\"prompt\":\"a\",\"max_tokens\":-1}"u8.ToArray()), "", HalfClose: true),
        new("a client that closes its side behind a bad path", 404, null, RawHttp.Request("GET", "/v1/nothing", []), "", HalfClose: true),

        // Joint sessions.
        Post("a link that is none", 400, "link", Joint, "{\"link\":\"https://example.org\"}", "no link"),
        Post("an offer to oneself", 400, "partner", Joint, "{\"role\":\"create\",\"text\":\"a\",\"partner\":\"alice\"}", "another data owner"),
        Post("an offer without a text", 400, "text", Joint, "{\"role\":\"create\",\"partner\":\"bob\"}", "required"),
        Post("an offer with something else", 400, "speed", Joint, "{\"role\":\"create\",\"speed\":1}", "no such field"),
        new("a session that is not there", 404, "id", RawHttp.Request("DELETE", "/mimir/v1/sessions/00", []), "no session"),
    ];

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static BadRequest Post(string name, int status, string? field, string path, string body, string says) =>
        new(name, status, field, RawHttp.Request("POST", path, Encoding.UTF8.GetBytes(body)), says);
}
