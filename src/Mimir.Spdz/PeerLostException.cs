namespace Mimir.Spdz;

/// <summary>A peer or service cannot be reached any more (crash, kill, network). Not a proof of misbehaviour.</summary>
public sealed class PeerLostException : Exception
{
    /// <summary>Names the peer and what was being done.</summary>
    public PeerLostException(string message, Exception? inner = null) : base(message, inner) { }
}
