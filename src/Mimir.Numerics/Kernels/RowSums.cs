namespace Mimir.Numerics.Kernels;

/// <summary>Sums of product bits (high and low part) of four rows against one vector.</summary>
internal struct RowSums
{
    public long High0, High1, High2, High3, Low0, Low1, Low2, Low3;
}
