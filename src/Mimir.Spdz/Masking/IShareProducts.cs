namespace Mimir.Spdz.Masking;

/// <summary>
/// The one product of a step that reads a whole matrix: [W]_i·d (or [W]_iᵀ·d for a lookup), d opened; for a public matrix W times a share and,
/// in an active session, its MACs. Steps that run in lockstep give their vectors together, so that the matrix is read once for all of them.
/// </summary>
public interface IShareProducts
{
    /// <summary>
    /// z = [W]_i·d. d: slot.Inputs; z: slot.Outputs, overwritten. Of a public matrix (passive: the same; active): d holds the value and then
    /// the MAC, 2·slot.Inputs, and so does z.
    /// </summary>
    ValueTask MultiplyAsync(MatrixSlot slot, ReadOnlyMemory<double> d, Memory<double> z);
}

/// <summary>Products of whole matrices with several vectors at once, at once.</summary>
public interface IMatrixProducts
{
    /// <summary>[W]_i·d (or [W]_iᵀ·d) for <paramref name="n"/> vectors: n × inputs → n × outputs, overwritten.</summary>
    void Multiply(MatrixSlot slot, ReadOnlySpan<double> ds, int n, Span<double> products);
}
