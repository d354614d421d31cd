using System.Net.Sockets;
using System.Text;

namespace Mimir.Overlay.Tests.Uapi;

/// <summary>A socket that answers each connection's request with <paramref name="answer"/>; null: it never answers.</summary>
internal sealed class FakeInterface : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<string, byte[]?> _answer;

    public FakeInterface(string path, Func<string, byte[]?> answer)
    {
        _answer = answer;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = ServeAsync();
    }

    public List<string> Requests { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        while (true)
        {
            using var connection = await _listener.AcceptAsync();
            var request = "";
            var buffer = new byte[4096];
            while (!request.EndsWith("\n\n", StringComparison.Ordinal)) request += Encoding.ASCII.GetString(buffer, 0, await connection.ReceiveAsync(buffer));
            Requests.Add(request);
            // One byte at a time first: an answer comes in whatever pieces.
            if (_answer(request) is not { Length: > 0 } answer) continue;
            await connection.SendAsync(answer.AsMemory(0, 1));
            for (var sent = 1; sent < answer.Length;) sent += await connection.SendAsync(answer.AsMemory(sent));
        }
    }
}
