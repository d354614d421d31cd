using System.Net;
using System.Net.Sockets;
using Mimir.Spdz;
using Mimir.Transport.Limits;
using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>
/// A port for binary connections, as many as <see cref="TlsSettings.Limits"/> grants. Handshakes run in the background; a finished connection goes to the
/// waiter whose filter it matches, or waits a while for one (a peer may dial before this process heard of the session).
/// </summary>
public sealed class PeerListener : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly TlsSettings _settings;
    private readonly Role[] _accepted;
    private readonly Action<string>? _refused;
    private readonly ConnectionGate _gate;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly UnclaimedStreams _unclaimed;
    private readonly ITimer _expiry;
    private readonly List<(AcceptFilter Filter, TaskCompletionSource<PeerStream> Waiter)> _waiters = [];
    private readonly Task _accepting;

    private PeerListener(Socket socket, TlsSettings settings, IReadOnlyCollection<Role> accepted, Action<string>? refused)
    {
        (_socket, _settings, _accepted, _refused) = (socket, settings, [.. accepted], refused);
        Endpoint = (IPEndPoint)socket.LocalEndPoint!;
        _gate = new ConnectionGate(settings.Limits, settings.Clock, Endpoint.ToString(), refused);
        _unclaimed = new UnclaimedStreams(settings.Clock, settings.Limits.Idle);
        _expiry = settings.Clock.CreateTimer(static self => ((PeerListener)self!).DropExpired(), this, settings.Limits.Idle / 4, settings.Limits.Idle / 4);
        _accepting = AcceptLoopAsync();
    }

    /// <summary>The address listened on, with the port that the system chose when 0 was asked for.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Starts listening.</summary>
    /// <param name="endpoint">Address and port; port 0 lets the system choose.</param>
    /// <param name="settings">Who this process is and whom it trusts.</param>
    /// <param name="accepted">The roles that have business here; all others are refused.</param>
    /// <param name="refused">Told one line for every connection that was refused, for the log.</param>
    /// <exception cref="PortInUseException">The port is taken or not permitted.</exception>
    public static PeerListener Start(IPEndPoint endpoint, TlsSettings settings, IReadOnlyCollection<Role> accepted, Action<string>? refused = null)
    {
        _ = settings.IsPlain;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endpoint);
            socket.Listen(128);
            return new PeerListener(socket, settings, accepted, refused);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new PortInUseException($"Cannot listen on {endpoint}: {error.Message}. Choose another port or stop the process that has it.");
        }
    }

    /// <summary>Waits for a connection that <paramref name="filter"/> matches.</summary>
    /// <exception cref="PeerLostException">None came in time; the message names who was awaited.</exception>
    public async Task<PeerStream> AcceptAsync(AcceptFilter filter, TimeSpan timeout, CancellationToken cancellation = default)
    {
        var waiter = new TaskCompletionSource<PeerStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (_unclaimed.Take(filter) is { } early) return early;
            _waiters.Add((filter, waiter));
        }

        try
        {
            return await waiter.Task.WaitAsync(timeout, _settings.Clock, cancellation);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            lock (_lock) _waiters.RemoveAll(entry => entry.Waiter == waiter);
            if (waiter.Task.IsCompletedSuccessfully) await waiter.Task.Result.DisposeAsync();
            if (error is OperationCanceledException) throw;
            throw new PeerLostException($"{filter} did not connect to {Endpoint} within {timeout.TotalSeconds:0.#} s.", error);
        }
    }

    /// <summary>Stops listening and drops connections that nobody claimed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _socket.Dispose();
        await _accepting;
        await _expiry.DisposeAsync();
        IReadOnlyList<PeerStream> unclaimed;
        lock (_lock)
        {
            unclaimed = _unclaimed.TakeAll();
            foreach (var (_, waiter) in _waiters) waiter.TrySetException(new ObjectDisposedException(nameof(PeerListener)));
            _waiters.Clear();
        }

        foreach (var stream in unclaimed) await stream.DisposeAsync();
    }

    private async Task AcceptLoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var connection = await _socket.AcceptAsync(_stop.Token);
                if (connection.RemoteEndPoint is IPEndPoint remote && _gate.Enter(remote.Address, connection.Dispose) is { } pass) _ = GreetAsync(connection, remote.ToString(), pass);
                else Close(connection);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException || _stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException error)
            {
                _refused?.Invoke($"A connection to {Endpoint} failed before it began: {error.Message}.");
            }
        }
    }

    /// <summary>With a reset, so that nothing of the connection stays behind in the system either.</summary>
    private static void Close(Socket connection)
    {
        connection.LingerState = new LingerOption(true, 0);
        connection.Dispose();
    }

    private async Task GreetAsync(Socket connection, string address, ConnectionPass pass)
    {
        try
        {
            PeerHandshake.Configure(connection);
            using var timeout = new CancellationTokenSource(_settings.HandshakeTimeout, _settings.Clock);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, timeout.Token);
            var stream = await PeerHandshake.AcceptAsync(connection, address, _settings, _accepted, limit.Token);
            pass.Complete();
            stream.Pass = pass;
            Deliver(stream);
        }
        catch (Exception error)
        {
            connection.Dispose();
            pass.Dispose();
            var reason = pass.MadeRoom ? "its handshake was the oldest of too many." : error is OperationCanceledException ? "it did not finish its handshake in time." : error.Message;
            if (!_stop.IsCancellationRequested) _refused?.Invoke($"Refused a connection from {address}: {reason}");
        }
    }

    private void Deliver(PeerStream stream)
    {
        PeerStream? dropped;
        lock (_lock)
        {
            var at = _waiters.FindIndex(entry => entry.Filter.Matches(stream));
            if (at >= 0)
            {
                _waiters[at].Waiter.TrySetResult(stream);
                _waiters.RemoveAt(at);
                return;
            }

            dropped = _stop.IsCancellationRequested ? stream : _unclaimed.Add(stream);
        }

        dropped?.Dispose();
    }

    private void DropExpired()
    {
        IReadOnlyList<PeerStream> expired;
        lock (_lock) expired = _unclaimed.TakeExpired();
        foreach (var stream in expired) stream.Dispose();
    }
}
