using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Mimir.Gateway.Tests.BadRequests;

/// <summary>An answer as it came over the socket.</summary>
/// <param name="Status">0: the server closed without a word.</param>
internal sealed record RawAnswer(int Status, string Body)
{
    public JsonElement Error => JsonDocument.Parse(Body).RootElement.GetProperty("error");
}

/// <summary>HTTP written by hand: no client library corrects what a test gets wrong on purpose.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A whole request.</summary>
    public static byte[] Request(string method, string path, byte[] body, string type = "application/json", string host = "localhost", string extra = "") =>
    [
        .. Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{(type.Length > 0 ? $"Content-Type: {type}\r\n" : "")}{extra}Content-Length: {body.Length}\r\n\r\n"),
        .. body,
    ];

    /// <summary>Sends bytes as they are and reads the answer to its end.</summary>
    public static async Task<RawAnswer> SendAsync(Uri server, byte[] bytes, bool halfClose = false)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Host, server.Port, limit.Token);
        try
        {
            for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), limit.Token);
            if (halfClose) socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // A server need not read to the end what it refuses; what it has said can still be read.
        }
        return await ReadAsync(socket, limit.Token);
    }

    private static async Task<RawAnswer> ReadAsync(Socket socket, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[16 << 10];
        try
        {
            while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var count) answer.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // Closed with a reset: what came before counts.
        }
        var text = Encoding.UTF8.GetString(answer.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? new RawAnswer(0, "") : new RawAnswer(int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text[(end + 4)..]);
    }
}
