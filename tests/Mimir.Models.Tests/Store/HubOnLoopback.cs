using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Mimir.Models.Tests.Store;

/// <summary>A request that arrived: "GET /path HTTP/1.1", and headers by lower-case name.</summary>
internal sealed record HubRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>An answer; the connection breaks off after <paramref name="BreakAfter"/> bytes of the body.</summary>
internal sealed record HubAnswer(int Status, byte[] Body, int? BreakAfter = null, params (string Name, string Value)[] Headers);

/// <summary>The smallest server that can misbehave as servers do: one connection an answer.</summary>
internal sealed class HubOnLoopback : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<HubRequest, HubAnswer> _answer;
    private readonly Task _serving;

    public HubOnLoopback(Func<HubRequest, HubAnswer> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public List<HubRequest> Requests { get; } = [];

    public void Dispose()
    {
        _listener.Dispose();
        _serving.Wait(TimeSpan.FromSeconds(30));
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                try
                {
                    await AnswerAsync(client);
                }
                catch (IOException)
                {
                    // The client hung up, as it may.
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (await reader.ReadLineAsync() is not { } first) return;
        var headers = new Dictionary<string, string>();
        while (await reader.ReadLineAsync() is { Length: > 0 } line) headers[line[..line.IndexOf(':')].ToLowerInvariant()] = line[(line.IndexOf(':') + 1)..].Trim();
        var request = new HubRequest(first.Split(' ')[1], headers);
        lock (Requests) Requests.Add(request);
        var answer = _answer(request);
        var head = $"HTTP/1.1 {answer.Status} X\r\nContent-Length: {answer.Body.Length}\r\nConnection: close\r\n{string.Concat(answer.Headers.Select(h => $"{h.Name}: {h.Value}\r\n"))}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(answer.Body.AsMemory(0, answer.BreakAfter ?? answer.Body.Length));
        await stream.FlushAsync();
    }
}

/// <summary>A model at such a server, with what Hugging Face says about it.</summary>
internal sealed class HubModel
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    /// <summary>Contents by name; those of *.safetensors are large files.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    public Dictionary<string, string> FalseChecksums { get; } = [];

    public string Tag { get; set; } = "\"one\"";

    public string Describe() => $$"""
        {"id":"org/tiny","sha":"{{Commit}}","siblings":[{{string.Join(',', Files.Select(f => f.Key.EndsWith(".safetensors", StringComparison.Ordinal)
            ? $$$"""{"rfilename":"{{{f.Key}}}","size":{{{f.Value.Length}}},"blobId":"{{{new string('0', 40)}}}","lfs":{"sha256":"{{{FalseChecksums.GetValueOrDefault(f.Key, Convert.ToHexStringLower(SHA256.HashData(f.Value)))}}}","size":{{{f.Value.Length}}},"pointerSize":1}}"""
            : $$"""{"rfilename":"{{f.Key}}","size":{{f.Value.Length}},"blobId":"{{FalseChecksums.GetValueOrDefault(f.Key, Blob(f.Value))}}"}"""))}}]}
        """;

    /// <summary>What Hugging Face answers, ranges included.</summary>
    public HubAnswer Answer(HubRequest request)
    {
        if (request.Path.StartsWith("/api/models/org/tiny/revision/", StringComparison.Ordinal)) return new(200, Encoding.UTF8.GetBytes(Describe()));
        var prefix = $"/org/tiny/resolve/{Commit}/";
        if (!request.Path.StartsWith(prefix, StringComparison.Ordinal) || !Files.TryGetValue(request.Path[prefix.Length..], out var body)) return new(404, []);
        if (request.Header("range") is { } range && request.Header("if-range") == Tag)
        {
            var start = int.Parse(range["bytes=".Length..].TrimEnd('-'));
            return new(206, body[start..], null, ("ETag", Tag), ("Content-Range", $"bytes {start}-{body.Length - 1}/{body.Length}"));
        }
        return new(200, body, null, ("ETag", Tag));
    }

#pragma warning disable CA5350
    private static string Blob(byte[] content) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350
}
