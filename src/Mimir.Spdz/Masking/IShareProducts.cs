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

/// <summary>One vector at a time, at once.</summary>
public sealed class SingleProducts(PartyModel model) : IShareProducts
{
    /// <inheritdoc/>
    public ValueTask MultiplyAsync(MatrixSlot slot, ReadOnlyMemory<double> d, Memory<double> z)
    {
        model.Multiply(slot, d.Span, 1, z.Span);
        return ValueTask.CompletedTask;
    }
}
