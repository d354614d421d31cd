using System.Net.Sockets;

namespace Mimir.Cli.Keeping;

/// <summary>
/// How `mimir down` reaches the cluster's keeper: whoever connects to the socket (its directory is its user's alone) asks it to end, and the connection lasts
/// until all has ended.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    private readonly Socket _listener;
    private readonly List<Socket> _waiting = [];
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ControlSocket(Socket listener)
    {
        _listener = listener;
        _ = AcceptAsync();
    }

    /// <summary>Completes when somebody asks for the end.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Listens at <paramref name="path"/>, where nothing is.</summary>
    /// <exception cref="UsageException">The path is too long for a socket.</exception>
    public static ControlSocket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(EndPoint(path));
            listener.Listen();
            return new ControlSocket(listener);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Asks the keeper at <paramref name="path"/> to end and waits until all has ended; false when nobody listens there.</summary>
    public static async Task<bool> AskAsync(string path, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(EndPoint(path), cancellation);
            // Nothing is ever sent: what comes is the end.
            await socket.ReceiveAsync(new byte[1], cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>All has ended: those who asked are told.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_waiting)
            foreach (var socket in _waiting) socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync();
                lock (_waiting) _waiting.Add(socket);
                _asked.TrySetResult();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The end of listening.
        }
    }

    private static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new UsageException($"{path}: too long for the name of a socket; set XDG_STATE_HOME to a shorter path");
        }
    }
}
