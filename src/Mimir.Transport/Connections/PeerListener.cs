using System.Net;
using System.Net.Sockets;
using Mimir.Spdz;
using Mimir.Trust;

namespace Mimir.Transport.Connections;

/// <summary>
/// A port for binary connections. Handshakes run in the background, at most 32 at a time; a finished connection goes to the waiter
/// whose filter it matches, or waits up to a minute for one (a peer may dial before this process heard of the session).
/// </summary>
public sealed class PeerListener : IAsyncDisposable
{
    private const int MaxHandshakes = 32;
    private const int MaxUnclaimed = 128;
    private static readonly TimeSpan UnclaimedFor = TimeSpan.FromMinutes(1);

    private readonly Socket _socket;
    private readonly TlsSettings _settings;
    private readonly Role[] _accepted;
    private readonly Action<string>? _refused;
    private readonly SemaphoreSlim _handshakes = new(MaxHandshakes);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<(PeerStream Stream, long Since)> _unclaimed = [];
    private readonly List<(AcceptFilter Filter, TaskCompletionSource<PeerStream> Waiter)> _waiters = [];
    private readonly Task _accepting;

    private PeerListener(Socket socket, TlsSettings settings, IReadOnlyCollection<Role> accepted, Action<string>? refused)
    {
        (_socket, _settings, _accepted, _refused) = (socket, settings, [.. accepted], refused);
        Endpoint = (IPEndPoint)socket.LocalEndPoint!;
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
            var at = _unclaimed.FindIndex(candidate => filter.Matches(candidate.Stream));
            if (at >= 0)
            {
                var stream = _unclaimed[at].Stream;
                _unclaimed.RemoveAt(at);
                return stream;
            }

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
        List<PeerStream> unclaimed;
        lock (_lock)
        {
            unclaimed = [.. _unclaimed.Select(entry => entry.Stream)];
            _unclaimed.Clear();
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
                await _handshakes.WaitAsync(_stop.Token);
                var connection = await _socket.AcceptAsync(_stop.Token);
                _ = GreetAsync(connection);
            }
            catch (SocketException error) when (!_stop.IsCancellationRequested)
            {
                _handshakes.Release();
                _refused?.Invoke($"A connection to {Endpoint} failed before it began: {error.Message}.");
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task GreetAsync(Socket connection)
    {
        var address = "an unknown address";
        try
        {
            address = connection.RemoteEndPoint?.ToString() ?? address;
            PeerHandshake.Configure(connection);
            using var timeout = new CancellationTokenSource(_settings.HandshakeTimeout, _settings.Clock);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, timeout.Token);
            Deliver(await PeerHandshake.AcceptAsync(connection, address, _settings, _accepted, limit.Token));
        }
        catch (Exception error)
        {
            connection.Dispose();
            if (!_stop.IsCancellationRequested) _refused?.Invoke($"Refused a connection from {address}: {error.Message}");
        }
        finally
        {
            _handshakes.Release();
        }
    }

    private void Deliver(PeerStream stream)
    {
        var dropped = new List<PeerStream>();
        lock (_lock)
        {
            var at = _waiters.FindIndex(entry => entry.Filter.Matches(stream));
            if (at >= 0)
            {
                _waiters[at].Waiter.TrySetResult(stream);
                _waiters.RemoveAt(at);
                return;
            }

            if (_stop.IsCancellationRequested) dropped.Add(stream);
            else _unclaimed.Add((stream, _settings.Clock.GetTimestamp()));
            while (_unclaimed.Count > 0 && (_unclaimed.Count > MaxUnclaimed || _settings.Clock.GetElapsedTime(_unclaimed[0].Since) > UnclaimedFor))
            {
                dropped.Add(_unclaimed[0].Stream);
                _unclaimed.RemoveAt(0);
            }
        }

        foreach (var old in dropped) old.Dispose();
    }
}
