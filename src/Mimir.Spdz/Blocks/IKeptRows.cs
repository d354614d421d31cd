namespace Mimir.Spdz.Blocks;

/// <summary>Rows of a finished session's cache, kept for later sessions of the same owner that begin with the same tokens.</summary>
public interface IKeptRows<T>
{
    /// <summary>How many.</summary>
    int Positions { get; }

    /// <summary>Memory they take.</summary>
    long Bytes { get; }

    /// <summary>The first <paramref name="rows"/> of them in memory of their own.</summary>
    T Copy(int rows);

    /// <summary>Zeroes everything.</summary>
    void Clear();
}
