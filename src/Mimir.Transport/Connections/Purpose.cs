namespace Mimir.Transport.Connections;

/// <summary>What a binary connection is for; the first thing its opener says.</summary>
public enum Purpose : byte
{
    /// <summary>Rounds between two parties of a session.</summary>
    Mesh = 1,

    /// <summary>A party's tape from the Triple Service.</summary>
    Tape = 2,

    /// <summary>Masked weights E from the model owner to a party. Never to or from the Triple Service.</summary>
    Model = 3,
}
