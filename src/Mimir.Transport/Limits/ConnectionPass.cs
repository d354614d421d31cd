using System.Net;

namespace Mimir.Transport.Limits;

/// <summary>A connection's permission to be open, from its acceptance to its end. Ending without <see cref="Complete"/> counts as a failed handshake.</summary>
internal sealed class ConnectionPass(ConnectionGate gate, IPAddress address, TokenBucket calls, Action drop) : IDisposable
{
    private int _ended;

    /// <summary>Whose connection it is, as <see cref="RemoteSource.KeyOf"/> counts.</summary>
    public IPAddress Address => address;

    /// <summary>Whether the handshake was broken off so that a later one could begin.</summary>
    public bool MadeRoom { get; private set; }

    /// <summary>Whether the peer has proven who it is; the gate's to set.</summary>
    internal bool IsComplete { get; set; }

    /// <summary>The peer has proven who it is.</summary>
    public void Complete() => gate.Complete(this);

    /// <summary>Whether the connection may begin one more call now.</summary>
    public bool TryCall()
    {
        lock (calls) return calls.TryTake();
    }

    /// <summary>The connection is closed.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) gate.End(this);
    }

    /// <summary>Closes the connection for a later one.</summary>
    internal void MakeRoom()
    {
        MadeRoom = true;
        drop();
        Dispose();
    }
}
